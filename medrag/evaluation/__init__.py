"""Evaluation: retrieval and attribution measured in the field's own terms."""
