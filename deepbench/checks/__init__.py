"""Tip 7: shuffled labels, batch-only control, learning curve, and the rules of the verdict."""
