"""Tip 1: is deep learning a good fit here? Questions, rules with their sources, verdict."""
