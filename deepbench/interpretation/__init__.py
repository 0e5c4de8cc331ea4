"""Tips 8 and 9: what a model uses, how far to trust that, and what may be claimed."""
