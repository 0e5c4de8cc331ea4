"""Messages as bytes, and back; what is not a message is refused."""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from deepbench.errors import WorkerError
from deepbench.messages.events import Event
from deepbench.messages.requests import Request

PROTOCOL_VERSION = 1
Message = Request | Event

_CLASSES: dict[str, type[Message]] = {cls.__name__: cls for cls in get_args(Message)}


def encode(message: Message) -> bytes:
    """Return the message as one line of ASCII JSON, without the line break.

    Raises:
        WorkerError: a field holds something JSON does not know (NaN included).
    """
    # Not dataclasses.asdict: it copies deeply, and results can be large.
    fields = {part.name: getattr(message, part.name) for part in dataclasses.fields(message)}
    document = {"version": PROTOCOL_VERSION, "type": type(message).__name__, **fields}
    try:
        return json.dumps(document, allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError):
        raise WorkerError(
            f"A {type(message).__name__} message holds something that cannot be sent."
        ) from None


def decode(data: bytes) -> Message:
    """Return the message in ``data``.

    Raises:
        WorkerError: not a message of this version, or its fields are not as declared.
    """
    try:
        document = json.loads(data.decode("ascii"))
    except (ValueError, RecursionError):
        raise WorkerError("The worker's pipe carried something that is not a message.") from None
    if not isinstance(document, dict):
        raise WorkerError("The worker's pipe carried something that is not a message.")
    if document.pop("version", None) != PROTOCOL_VERSION:
        raise WorkerError("The worker's pipe carried a message of another version.")
    cls = _CLASSES.get(str(document.pop("type", None)))
    if cls is None:
        raise WorkerError("The worker's pipe carried a message of an unknown type.")
    problem = _problem(cls, document)
    if problem:
        raise WorkerError(f"The worker's pipe carried a {cls.__name__} message with {problem}.")
    return cls(**document)


def _problem(cls: type[Message], document: dict[str, Any]) -> str:
    """Say what is wrong with the fields, without repeating a value; empty when nothing is."""
    hints = _hints(cls.__name__)
    if not document.keys() <= hints.keys():
        return "an unknown field"
    for part in dataclasses.fields(cls):
        optional = (
            part.default is not dataclasses.MISSING
            or part.default_factory is not dataclasses.MISSING
        )
        if part.name not in document:
            if not optional:
                return f"no {part.name}"
        elif not _fits(document[part.name], hints[part.name]):
            return f"a wrong {part.name}"
    return ""


@cache
def _hints(type_name: str) -> dict[str, Any]:
    return get_type_hints(_CLASSES[type_name])


def _fits(value: Any, hint: Any) -> bool:
    """Say whether a JSON value is of the declared type."""
    origin, parts = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin in (UnionType, Union):
        return any(_fits(value, part) for part in parts)
    if origin is dict:
        return isinstance(value, dict) and all(_fits(item, parts[1]) for item in value.values())
    if hint in (int, float):
        kinds = (int,) if hint is int else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool)
    return value is None if hint is NoneType else isinstance(value, hint)
