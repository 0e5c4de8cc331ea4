"""The wizard: the window over the engine, in a process that loads no heavy library."""
