"""From the files of a study to one table with samples in rows: turn, add, match."""
