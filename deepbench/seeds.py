"""Seeds derived by name, so that neither order nor number of workers changes a number."""

from __future__ import annotations

import hashlib


def derive_seed(master: int, *names: str | int) -> int:
    """Return a seed in [0, 2**31) that depends on the master seed and the names alone.

    The names are joined with an unprintable separator and hashed (SHA-256), so that
    ``derive_seed(1, "a", "bc")`` and ``derive_seed(1, "ab", "c")`` differ.
    """
    text = "\x1f".join([str(master), *(str(name) for name in names)])
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return int.from_bytes(digest[:4], "big") & 0x7FFFFFFF
