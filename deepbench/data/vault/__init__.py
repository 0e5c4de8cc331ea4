"""The vault: test samples, sealed at the split, opened once at the end.

`sealing` writes them, `opening` reads them. import-linter lets only the job of stage 10 import
`opening`, and `opening` writes the ledger line before it reads a byte. Once they were opened,
`recognising` says whether a new sample is one of them, and nothing else; only the job that keeps
a study's own samples out of predictions can import it.
"""
