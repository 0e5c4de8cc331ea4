"""Findings of the data check, one kind per file; `registry` runs them."""
