"""Pages about the desk."""
