"""The model that leaves: ONNX and plain arrays, a schema that describes them, a script that reads.

Nothing here is a pickle or needs DeepBench to be opened.
"""
