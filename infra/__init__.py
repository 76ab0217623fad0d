"""Adapters to PostgreSQL, Temporal, channels and paper; they know no procedure."""
