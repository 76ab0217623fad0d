"""What a case does outside itself: thin classes over ports."""
