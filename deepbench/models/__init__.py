"""Tips 2 and 5: traditional models and networks, with their search spaces."""
