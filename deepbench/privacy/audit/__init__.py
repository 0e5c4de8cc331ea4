"""The audit: attacks on the model that is about to leave, and what its file itself gives away.

An attack that fails proves little, so the audit is necessary, never sufficient: rules on what a
model stores (`structure`) decide beside it.
"""
