"""Files of all formats that leave, with something planted in them."""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
import zlib

import numpy as np
import onnx
import openpyxl
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a494441"
    "54789c636800000082008177cd72b60000000049454e44ae426082"
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'


def png(kind: bytes = b"", body: bytes = b"") -> bytes:
    """Return a picture with a part of its own before the end."""
    if not kind:
        return PIXEL
    chunk = kind + body
    part = struct.pack(">I", len(body)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return PIXEL[:-12] + part + PIXEL[-12:]


def page(inner: str) -> bytes:
    """Return a web page."""
    return f"<!DOCTYPE html><html><body><p>Scores.</p>{inner}</body></html>".encode()


def picture_in_page(picture: bytes, kind: str = "image/png") -> bytes:
    """Return a web page with a picture in it."""
    return page(f'<img alt="" src="data:{kind};base64,{base64.b64encode(picture).decode()}">')


def figure(
    suffix: str, text: str = "", author: str = "", points: NDArray[np.float64] | None = None
) -> bytes:
    """Return a figure drawn with matplotlib."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    drawn = Figure()
    FigureCanvasAgg(drawn)
    axes = drawn.subplots()
    axes.set_title(text or "Scores")
    if points is not None:
        axes.scatter(points[:, 0], points[:, 1])
    stream = io.BytesIO()
    key = {"pdf": "Author", "svg": "Creator", "png": "Author"}[suffix]
    drawn.savefig(stream, format=suffix, metadata={key: author} if author else None)
    return stream.getvalue()


def workbook(cell: object = "IL6", author: str = "") -> bytes:
    """Return a workbook of one cell."""
    book = openpyxl.Workbook()
    book.properties.creator = author or None
    sheet = book.active
    assert sheet is not None
    sheet.append(["feature", "importance"])
    sheet.append([cell, 0.25])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def onnx_model(
    values: NDArray[np.float32] | None = None,
    *,
    name: str = "weights",
    producer: str = "",
    metadata: str = "",
    domain: str = "",
    attribute: NDArray[np.float32] | None = None,
) -> bytes:
    """Return a model that multiplies."""
    array = np.ones((3, 1), dtype=np.float32) if values is None else values
    node = helper.make_node("MatMul", ["x", name], ["y"], domain=domain)
    nodes = [node]
    if attribute is not None:
        nodes.append(
            helper.make_node("Constant", [], ["c"], value_floats=attribute.ravel().tolist())
        )
    graph = helper.make_graph(
        nodes,
        "model",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, array.shape[0]])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array, name)],
    )
    model = helper.make_model(graph, producer_name=producer)
    if metadata:
        helper.set_model_props(model, {"note": metadata})
    content: bytes = model.SerializeToString()
    assert onnx.load_model_from_string(content)
    return content


def safetensors(
    values: NDArray[np.generic] | None = None, name: str = "weights", note: str = ""
) -> bytes:
    """Return a safetensors file of one array."""
    from safetensors.numpy import save

    array = np.ones((3, 1)) if values is None else np.ascontiguousarray(values)
    return save({name: array}, metadata={"note": note} if note else None)


def npy(values: NDArray[np.generic]) -> bytes:
    """Return an array as numpy writes it."""
    stream = io.BytesIO()
    np.save(stream, values)
    return stream.getvalue()


def zipped(**files: bytes) -> bytes:
    """Return a ZIP container; ``a__json`` stands for ``a.json``."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return stream.getvalue()


def table(values: NDArray[np.float64]) -> bytes:
    """Return numbers as CSV."""
    head = ",".join(f"x{number}" for number in range(values.shape[1]))
    lines = [",".join(f"{value:.10g}" for value in row) for row in values]
    return "\n".join([head, *lines]).encode()


def records(values: NDArray[np.float64]) -> bytes:
    """Return rows as JSON objects."""
    names = [f"x{number}" for number in range(values.shape[1])]
    rows = [dict(zip(names, row, strict=True)) for row in values.tolist()]
    return json.dumps({"samples": rows}).encode()
