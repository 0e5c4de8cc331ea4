"""The study folder: create, open, lock, ledger, artifacts, records."""
