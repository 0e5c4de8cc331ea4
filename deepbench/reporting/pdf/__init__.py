"""Web pages of this program as PDF: the same words, tables and pictures, on pages."""
