"""What a case costs, always beside the bare case B of the same run: ``python -m benchmarks``."""
