"""The processes of the desk: each module with a ``main`` is a command of its own."""
