"""The vault: test samples, sealed at the split, opened once at the end.

`sealing` writes them, `opening` reads them. import-linter lets only the job of stage 10 import
`opening`, and `opening` writes the ledger line before it reads a byte.
"""
