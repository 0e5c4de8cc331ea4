"""Predicts from ``model.safetensors`` and ``schema.json`` alone, as ``steps`` there say.

Written from the schema, with numpy and nothing of DeepBench: if it agrees, the two files hold all
that a model is.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
from safetensors.numpy import load

Floats = np.ndarray


def predict(files: dict[str, bytes], table: pd.DataFrame) -> Floats:
    """Return (n, K) probabilities, or (n, 1) values."""
    schema, arrays = json.loads(files["schema.json"]), load(files["model.safetensors"])
    p = _predictor(arrays, _prepared(schema, arrays, table))
    if "linear.coefficients" in arrays and "classes" in schema["outcome"]:
        p = _of_log_odds(p)
    if "classes.present" in arrays:
        some = p
        p = np.zeros((len(p), len(schema["outcome"]["classes"])))
        p[:, arrays["classes.present"]] = some
    if "calibration.slope" in arrays:
        p = _calibrated(arrays, p)
    return p


def _prepared(schema: dict[str, Any], arrays: dict[str, Floats], table: pd.DataFrame) -> Floats:
    columns = schema["columns"]
    numbers = [c for c in columns if c["type"] == "number"]
    parts = []
    if numbers:
        raw = table[[c["name"] for c in numbers]].to_numpy(float)
        new = raw.copy()
        chosen = [i for i, c in enumerate(numbers) if c.get("transformed")]
        if chosen:
            new[:, chosen] = _transform(schema["transform"]["name"], raw[:, chosen])
        x = new[:, arrays["preparation.columns"]]
        if x.size:
            x = np.where(np.isnan(x), arrays["preparation.medians"], x)
            x = (x - arrays["preparation.means"]) / arrays["preparation.scales"]
            parts.append(np.clip(x, -10, 10))
        parts.append(np.isnan(raw[:, arrays["preparation.indicators"]]).astype(float))
    parts += [_one_hot(c, table[c["name"]]) for c in columns if c["type"] == "text"]
    return np.hstack(parts)


def _transform(name: str, x: Floats) -> Floats:
    if name == "log2":
        return np.log2(x + 1)
    if name == "log1p-CPM":
        totals = np.nansum(x, axis=1, keepdims=True)
        return np.log2(1 + 1e6 * x / np.where(totals > 0, totals, 1))
    if name == "M-values":
        x = np.clip(x, 0.001, 0.999)
        return np.log2(x / (1 - x))
    rows = []
    for row in x:
        positive = row[row > 0]
        filled = np.where(row == 0, 0.5 * positive.min() if len(positive) else 0.5, row)
        logs = np.log(filled)
        rows.append(logs - np.nanmean(logs) if np.isfinite(logs).any() else logs)
    return np.array(rows)


def _one_hot(column: dict[str, Any], values: pd.Series) -> Floats:
    places = [p for p in column["labels"].values() if p is not None]
    places += [p for p in (column["others_at"], column["missing_at"]) if p is not None]
    found = np.zeros((len(values), max(places) + 1))
    for row, value in enumerate(values):
        if pd.isna(value):
            place = column["missing_at"]
        else:
            place = column["labels"].get(value, column["others_at"])
        if place is not None:
            found[row, place] = 1.0
    return found


def _predictor(arrays: dict[str, Floats], x: Floats) -> Floats:
    kind = next(name for name in _READERS if any(a.startswith(f"{name}.") for a in arrays))
    own = {a.removeprefix(f"{kind}."): v for a, v in arrays.items() if a.startswith(f"{kind}.")}
    found = _READERS[kind](own, x)
    if "sigmoids.slopes" in arrays:
        found = _sigmoid(found * arrays["sigmoids.slopes"] + arrays["sigmoids.intercepts"])
        if found.shape[1] == 1:
            return np.hstack([1 - found, found])
        return found / found.sum(axis=1, keepdims=True)
    return found


def _constant(own: dict[str, Floats], x: Floats) -> Floats:
    return np.tile(own["values"], (len(x), 1))


def _linear(own: dict[str, Floats], x: Floats) -> Floats:
    return x @ own["coefficients"] + own["intercepts"]


def _bayes(own: dict[str, Floats], x: Floats) -> Floats:
    away = (x[:, None, :] - own["means"]) ** 2 * own["inverse_variances"]
    joint = own["levels"] - 0.5 * away.sum(axis=2)
    if joint.shape[1] == 2:
        return joint[:, 1:] - joint[:, :1]
    odds = []
    for code in range(joint.shape[1]):
        others = np.delete(joint, code, axis=1)
        odds.append(joint[:, code] - np.logaddexp.reduce(others, axis=1))
    return np.column_stack(odds)


def _trees(own: dict[str, Floats], x: Floats) -> Floats:
    total = np.tile(own["base"], (len(x), 1))
    x = x.astype(np.float32)
    for row, values in enumerate(x):
        for root in own["roots"]:
            node = root
            while own["children"][node, 0] != node:
                above = values[own["feature"][node]] > own["threshold"][node]
                node = own["children"][node, int(above)]
            total[row] += own["values"][node]
    return _of_log_odds(total) if own["log_odds"][0] else total


def _svm(own: dict[str, Floats], x: Floats) -> Floats:
    if "coefficients" in own:
        return x @ own["coefficients"] + own["intercepts"]
    squared = ((x[:, None, :] - own["support"]) ** 2).sum(axis=2)
    return np.exp(-own["width"] * squared) @ own["weights"] + own["intercepts"]


def _neighbours(own: dict[str, Floats], x: Floats) -> Floats:
    if "directions" in own:
        x = (x - own["means"]) @ own["directions"]
    count = int(own["count"][0])
    found = []
    for row in x:
        distances = np.sqrt(((row - own["rows"]) ** 2).sum(axis=1))
        distances[distances < 1e-6] = 0.0
        reach = np.sort(distances)[count - 1]
        tied = np.isclose(distances, reach, rtol=1e-9)
        inside = (distances < reach) & ~tied
        weights = inside + tied * (count - inside.sum()) / tied.sum()
        if own["by_distance"][0]:
            zero = distances == 0.0
            weights = weights * (zero if zero.any() else 1 / np.where(zero, 1.0, distances))
        found.append(weights @ own["targets"] / weights.sum())
    mean = np.array(found)
    if set(np.unique(own["targets"])) <= {0.0, 1.0}:
        return (count * mean + own["targets"].mean(axis=0)) / (count + 1)
    return mean


def _network(own: dict[str, Floats], x: Floats) -> Floats:
    starts = sorted({name.split(".")[0] for name in own})
    total = 0.0
    for start in starts:
        layers = sorted({n.split(".")[1] for n in own if n.startswith(f"{start}.")})
        values = x.astype(np.float32)
        for layer in layers:
            prefix = f"{start}.{layer}"
            values = values @ own[f"{prefix}.weights"].T + own[f"{prefix}.biases"]
            if layer != layers[-1]:
                values = np.maximum(values, 0)
        values = values.astype(float)
        total = total + (_softmax(values) if values.shape[1] > 1 else values)
    return total / len(starts)


_READERS = {
    "constant": _constant,
    "linear": _linear,
    "naive_bayes": _bayes,
    "trees": _trees,
    "svm": _svm,
    "neighbours": _neighbours,
    "network": _network,
}


def _of_log_odds(total: Floats) -> Floats:
    if total.shape[1] == 1:
        p = _sigmoid(total)
        return np.hstack([1 - p, p])
    return _softmax(total)


def _calibrated(arrays: dict[str, Floats], p: Floats) -> Floats:
    classes = arrays["calibration.classes"]
    rest = 1 - np.delete(p, classes, axis=1).sum(axis=1, keepdims=True)
    among = p[:, classes] / p[:, classes].sum(axis=1, keepdims=True)
    logs = arrays["calibration.log_shares"]
    e = np.log(among + arrays["calibration.floor"]) + 1e-4 * np.log(np.maximum(among, 1e-300))
    new = _softmax(arrays["calibration.slope"] * (e - logs) + logs + arrays["calibration.shifts"])
    p = p.copy()
    p[:, classes] = rest * new
    return p


def _sigmoid(x: Floats) -> Floats:
    return 1 / (1 + np.exp(-x))


def _softmax(x: Floats) -> Floats:
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
