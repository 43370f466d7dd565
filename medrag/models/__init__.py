"""Language models, wherever they run, behind one ChatModel protocol."""
