"""A busy day on a desk of its own, with clocks that are wound forward; every move comes through the HTTP API."""
