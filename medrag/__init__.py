"""medrag: medical question answering grounded in Japanese clinical guidelines."""
