"""Forms as printable PDF."""
