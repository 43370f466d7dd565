"""Generation: a question and its Hits become a Draft with citation markers."""
