"""DeepBench: deep learning done right, for bench biologists."""

__version__ = "0.1.0"
