"""Tip 10: how sensitive the data is, the gate for all that leaves, the ethics register."""
