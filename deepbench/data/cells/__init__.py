"""What single text cells hold: numbers, codes for missing, limits, units, dates."""
