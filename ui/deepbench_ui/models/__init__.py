"""What pages show, worked out from records: rows and figures without widgets, and table models."""
