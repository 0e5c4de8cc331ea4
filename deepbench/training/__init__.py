"""Tips 3 and 6: how networks are trained, on which device, and how runs are made repeatable."""
