"""Notices silences by plain questions to PostgreSQL and Temporal, and tells of them by its own path."""
