"""Metrics, intervals, honest scores of the tuned winner, and paired comparison."""
