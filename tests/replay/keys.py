"""The key that seals the saved histories: it seals nothing else, so that they can be replayed for ever."""

import base64

from infra.keys import KeyRing

NAME = "replay"
KEY = "yqZ1u0O3v2wXk8hJm4dT6rPfB9sLcEgNaViQ7tWoR5M="


def ring() -> KeyRing:
    return KeyRing(current=NAME, keys={NAME: base64.b64decode(KEY)})
