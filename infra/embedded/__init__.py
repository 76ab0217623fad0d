"""PostgreSQL and Temporal run as child processes of the desk itself (mode `embedded`)."""
