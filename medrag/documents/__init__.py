"""Documents: files become Documents, Documents become Passages."""
