"""Tip 4: reading tables, roles, findings, splits and the vault."""
