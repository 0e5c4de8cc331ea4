"""How samples are set aside: one module per way of doing it, and what is checked on it."""
