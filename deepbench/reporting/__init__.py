"""Reports: the HTML report, ``results.json``, figures, the methods paragraph, the checklist."""
