"""The worker process: everything heavy runs there (start, send, poll, cancel, kill)."""
