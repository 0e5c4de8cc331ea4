"""Training with differential privacy by unit: noise, clipping, scaling, accounting."""
