"""Readers of table files; `deepbench.data.readers.registry.read_raw` picks one by content."""
