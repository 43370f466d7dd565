"""Retrieval: a question becomes Hits."""
