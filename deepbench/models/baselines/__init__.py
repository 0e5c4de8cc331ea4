"""Tip 2: traditional models, one file each."""
