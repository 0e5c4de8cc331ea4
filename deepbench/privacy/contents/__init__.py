"""What is inside a file that should leave, whatever its format: texts, properties, numbers."""

from deepbench.privacy.contents.opening import KNOWN_SUFFIXES, open_contents
from deepbench.privacy.contents.parts import Contents, unreadable

__all__ = ["KNOWN_SUFFIXES", "Contents", "open_contents", "unreadable"]
