"""The index: passages on disk, found by words, character bigrams and vectors."""
