"""The model that leaves: ONNX and plain arrays, described by a schema, with a script that reads it.

Nothing here is a pickle or needs DeepBench to be opened.
"""
