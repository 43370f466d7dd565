"""The REST service over medrag, shipped as `medrag_api`."""
