"""Packs what is about to be sealed: messages of a few hundred bytes, made of the same names and words.

They are too short for a compressor to learn them, so it is given them beforehand (``packing_phrases.txt``); what comes
out is two fifths of what it would be without.
"""

import zlib
from pathlib import Path

PLAIN, ZIPPED, SHORTENED = b"\0", b"\1", b"\2"
"""The first byte says how the rest is packed. ``ZIPPED`` is only read: by versions that knew no phrases."""

_WRITTEN = (Path(__file__).parent / "packing_phrases.txt").read_text("utf-8")
PHRASES = "".join(_WRITTEN.splitlines()).encode() + b"\n\x16\n\x08encoding\x12\njson/plain\x12"
"""Never changed: what was packed with them is unpacked with them. Others would be another kind of packing."""

LEVEL, WINDOW_BITS, MEMORY_LEVEL = 4, -13, 6
"""A window of 8 KB holds the phrases; to set up the usual one of 32 KB takes ten times as long as to use it."""

LARGEST = 16 * 1024 * 1024


def packed(plain: bytes) -> bytes:
    work = zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW_BITS, MEMORY_LEVEL, zdict=PHRASES)
    short = work.compress(plain) + work.flush()
    return SHORTENED + short if len(short) < len(plain) else PLAIN + plain


def unpacked(content: bytes) -> bytes | None:
    """None for what is larger than anything we pack."""
    how, rest = content[:1], content[1:]
    if how == PLAIN:
        return rest
    work = zlib.decompressobj() if how == ZIPPED else zlib.decompressobj(WINDOW_BITS, zdict=PHRASES)
    plain = work.decompress(rest, LARGEST)
    return plain if work.eof else None
