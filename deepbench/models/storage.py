"""Models on disk: JSON, skops for scikit-learn, safetensors for networks; never pickle.

A pickle can run any program when it is opened, so models that labs send each other must not be
pickles. skops only builds the types listed here. The same model always gives the same bytes.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors
from skops.io.exceptions import UntrustedTypesFoundException

from deepbench.data.samples import OutcomeInfo
from deepbench.errors import StudyError
from deepbench.models.calibration import Calibration
from deepbench.models.fitted import FittedModel, Predictor
from deepbench.models.networks.predictor import NetworkPredictor
from deepbench.models.preprocessing import Preprocessor
from deepbench.models.thresholds import DecisionRule
from deepbench.study.files import write_atomically
from deepbench.training.lane_records import Architecture

# 3: probabilities are calibrated, and a rule says the class; before, neither was.
# 2: measurements are transformed, and columns filtered; in 1 neither was.
MODEL_FORMAT = 3
_DESCRIPTION, _PARTS, _MEMBERS = "model.json", "parts.skops", "members.safetensors"

# Everything a model may consist of beside what skops trusts by itself (numbers, texts, arrays
# and scikit-learn's own estimators). A test holds it to be exactly what is needed.
TRUSTED_TYPES: tuple[str, ...] = (
    "deepbench.models.baselines.decision_trees.TreesPredictor",
    "deepbench.models.baselines.knn.NeighboursPredictor",
    "deepbench.models.baselines.linear.LinearPredictor",
    "deepbench.models.baselines.naive_bayes.NaiveBayesPredictor",
    "deepbench.models.baselines.probabilities.Sigmoids",
    "deepbench.models.baselines.svm.Kernel",
    "deepbench.models.baselines.svm.SvmPredictor",
    "deepbench.models.predictors.ConstantPredictor",
    "deepbench.models.predictors.PresentClassesPredictor",
)

_ARRAYS = ("block", "kept", "kept_texts", "medians", "means", "scales", "indicators")
_TEXTS = ("columns", "output_names", "source_columns", "numeric_names", "text_names")


def save_model(model: FittedModel, folder: Path) -> None:
    """Write a model into a folder, which is made if needed.

    Raises:
        StudyError: the folder is not writable or the disk is full.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StudyError(
            f"The folder {folder} could not be made ({error.strerror}).",
            "Check free disk space and whether you may write there.",
        ) from None
    for name, content in model_files(model).items():
        write_atomically(folder / name, content)


def model_files(model: FittedModel) -> dict[str, bytes]:
    """Return the files a model is stored as, by name; ``model.json`` last."""
    preprocessor, predictor = model.preprocessor, model.predictor
    description: dict[str, Any] = {
        "format": MODEL_FORMAT,
        "name": model.name,
        "info": asdict(model.info),
        "preprocessor": {name: getattr(preprocessor, name) for name in _TEXTS},
        "ranges": preprocessor.ranges,
        "transform": preprocessor.transform_name,
        "calibration": asdict(model.calibration) if model.calibration else None,
        "rule": asdict(model.rule) if model.rule else None,
    }
    parts: dict[str, Any] = {name: getattr(preprocessor, name) for name in _ARRAYS}
    parts |= {"encoder": preprocessor.encoder, "chosen": model.columns}
    files = {}
    if isinstance(predictor, NetworkPredictor):
        description["network"] = {
            "architecture": asdict(predictor.architecture),
            "members": len(predictor.members),
        }
        files[_MEMBERS] = save_tensors(
            {
                f"{number}/{name}": np.ascontiguousarray(values)
                for number, member in enumerate(predictor.members)
                for name, values in member.items()
            }
        )
    else:
        parts["predictor"] = predictor
    files[_PARTS] = _canonical(skops.io.dumps(parts))
    text = json.dumps(description, ensure_ascii=False, indent=1)
    files[_DESCRIPTION] = text.encode("utf-8")
    return files


def load_model(folder: Path) -> FittedModel:
    """Read a model back.

    Raises:
        StudyError: a file is missing or damaged, was written by a newer version, or holds a
            type that models of this program do not consist of.
    """
    try:
        description = json.loads((folder / _DESCRIPTION).read_text("utf-8"))
        if description["format"] > MODEL_FORMAT:
            raise StudyError(
                f"The model in {folder.name} was written by a newer version of DeepBench.",
                "Install the newest version.",
            )
        content = (folder / _PARTS).read_bytes()
        parts = skops.io.loads(content, trusted=list(TRUSTED_TYPES))
        predictor = _predictor(description, parts, folder)
        return FittedModel(
            description["name"],
            _info(description["info"]),
            _preprocessor(description, parts),
            parts["chosen"],
            predictor,
            _calibration(description.get("calibration")),
            _rule(description.get("rule")),
        )
    except UntrustedTypesFoundException:
        raise StudyError(
            f"The model in {folder.name} holds parts that no model of DeepBench has.",
            "Do not use it; ask its sender for the original.",
        ) from None
    except OSError as error:
        raise StudyError(
            f"The model in {folder.name} could not be read ({error.strerror}).",
            "Restore the folder from a backup.",
        ) from None
    except (LookupError, ValueError, TypeError, zipfile.BadZipFile, SafetensorError):
        raise StudyError(
            f"The model in {folder.name} is damaged.", "Restore the folder from a backup."
        ) from None


def _predictor(description: dict[str, Any], parts: dict[str, Any], folder: Path) -> Predictor:
    if "network" not in description:
        predictor: Predictor = parts["predictor"]
        return predictor
    network = description["network"]
    tensors: dict[str, NDArray[np.float32]] = load_tensors((folder / _MEMBERS).read_bytes())
    members: list[dict[str, NDArray[np.float32]]] = [{} for _ in range(network["members"])]
    for name, values in tensors.items():
        number, _, parameter = name.partition("/")
        members[int(number)][parameter] = values
    stored = network["architecture"]
    architecture = Architecture(tuple(stored["hidden"]), stored["outputs"], stored["task"])
    return NetworkPredictor(architecture, tuple(members))


def _info(stored: dict[str, Any]) -> OutcomeInfo:
    return OutcomeInfo(stored["column"], stored["task"], tuple(stored["classes"]))


def _calibration(stored: dict[str, Any] | None) -> Calibration | None:
    if stored is None:
        return None
    shifts, shares = tuple(stored["shifts"]), tuple(stored["shares"])
    return Calibration(stored["slope"], shifts, shares, stored["floor"])


def _rule(stored: dict[str, Any] | None) -> DecisionRule | None:
    return None if stored is None else DecisionRule(tuple(stored["shares"]))


def _preprocessor(description: dict[str, Any], parts: dict[str, Any]) -> Preprocessor:
    fields: dict[str, Any] = {name: tuple(description["preprocessor"][name]) for name in _TEXTS}
    before = _of_format_1(fields) if description["format"] == 1 else {}
    fields |= {name: before[name] if name in before else parts[name] for name in _ARRAYS}
    ranges = {name: (low, high) for name, (low, high) in description["ranges"].items()}
    return Preprocessor(
        **fields,
        ranges=ranges,
        transform_name=description.get("transform", "none"),
        encoder=parts["encoder"],
    )


def _of_format_1(fields: dict[str, Any]) -> dict[str, NDArray[np.int64]]:
    """Return what a model of format 1 had no word for: nothing transformed, all columns kept."""
    return {
        "block": np.zeros(0, dtype=np.int64),
        "kept": np.arange(len(fields["numeric_names"]), dtype=np.int64),
        "kept_texts": np.arange(len(fields["text_names"]), dtype=np.int64),
    }


def _canonical(content: bytes) -> bytes:
    """Rewrite a skops file so that it depends on the object alone.

    skops numbers objects by their address in memory and stamps files with the time; here they
    are numbered in order of appearance, and the stamp is fixed. Also compresses.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        schema = json.loads(source.read("schema.json"))
        numbers: dict[int, int] = {}
        names: dict[str, str] = {}
        _renumber(schema, numbers, names)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
            for old, new in names.items():
                target.writestr(zipfile.ZipInfo(new), source.read(old), zipfile.ZIP_DEFLATED)
            text = json.dumps(schema, separators=(",", ":"))
            target.writestr(zipfile.ZipInfo("schema.json"), text, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _renumber(node: Any, numbers: dict[int, int], names: dict[str, str]) -> None:
    """Replace object numbers and file names in a skops schema, in place."""
    if isinstance(node, list):
        for part in node:
            _renumber(part, numbers, names)
    elif isinstance(node, dict):
        if isinstance(node.get("__id__"), int):
            node["__id__"] = numbers.setdefault(node["__id__"], len(numbers))
        if "__loader__" in node and isinstance(node.get("file"), str):
            old = node["file"]
            node["file"] = names.setdefault(old, f"{len(names)}{Path(old).suffix}")
        for part in node.values():
            _renumber(part, numbers, names)
