"""From a FASTA file and labels without names to predictions of new sequences."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from deepbench.errors import DataQuestion
from deepbench.jobs.predict import predict
from deepbench.messages import Predict
from deepbench.study.folder import Study
from deepbench.study.records import CheckRecord, ImportRecord
from deepbench.worker.progress import Progress
from tests.end_to_end.conftest import deepbench
from tests.end_to_end.in_process import TINY, run_here

AMINO = "ACDEFGHIKLMNPQRSTVWY"
ASKED = (
    '[question]\noutcome = "column 1"\n[data]\nsource = "s.fasta"\nsample_sheet = "labels.txt"\n'
)
ANSWERS = 'matching = "order"\nsequences = "composition"\n'


def peptides(rng: np.random.Generator, labels: np.ndarray) -> list[str]:
    """Draw peptides, those of class 1 rich in lysine and as long as the others."""
    plain = np.full(20, 0.05)
    rich = np.where(np.array(list(AMINO)) == "K", 0.24, 0.04)
    return [
        "".join(rng.choice(list(AMINO), rng.integers(30, 50), p=rich if label else plain))
        for label in labels
    ]


def write_fasta(path: Path, texts: list[str], letter: str) -> None:
    path.write_text("".join(f">{letter}{i} from somewhere\n{t}\n" for i, t in enumerate(texts)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sequences")
    rng = np.random.default_rng(3)
    labels = rng.permutation(np.arange(90) % 2)
    texts = peptides(rng, labels)
    texts[1] = texts[0][:-1] + "W"
    labels[1] = labels[0]
    write_fasta(made / "s.fasta", texts, "P")
    (made / "labels.txt").write_text("".join(f"{label}\n" for label in labels))
    return made


def test_asked_answered_checked_and_predicted(folder: Path) -> None:
    plan, study = folder / "plan.toml", folder / "s.deepbench"
    plan.write_text(ASKED)
    with pytest.raises(DataQuestion, match="same line of the other file"):
        run_here(plan, study)
    plan.write_text(ASKED + ANSWERS + TINY)
    run_here(plan, study)

    with Study.open_for_reading(study) as opened:
        imported = opened.stage_record("import", ImportRecord)
        checked = opened.stage_record("check", CheckRecord)
    assert imported is not None and checked is not None
    assert imported.matching is not None and imported.matching.rule == "order"
    roles = {column.name: column.role for column in imported.columns}
    assert roles["sequence"] == "not used" and roles["share of K"] == "feature"
    kinds = {finding.kind: finding for finding in checked.findings}
    assert kinds["similar sequences"].samples == ("P0", "P1")
    assert kinds["shortcut"].columns == ("share of K",)  # the lengths are alike
    assert checked.units == 89

    rng = np.random.default_rng(4)
    fresh = np.arange(40) % 2
    write_fasta(folder / "new.fasta", peptides(rng, fresh), "N")
    request = Predict(
        study=str(study), input=str(folder / "new.fasta"), output=str(folder / "out.csv")
    )
    predict(request, Progress(lambda _: None))
    with (folder / "out.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["name"] for row in rows] == [f"N{i}" for i in range(40)]
    right = sum(row["predicted"] == str(label) for row, label in zip(rows, fresh, strict=True))
    assert right >= 30


def test_command_line_to_the_check(folder: Path) -> None:
    plan = folder / "cli.toml"
    plan.write_text(ASKED + ANSWERS)
    done = deepbench("run", plan, "--study", folder / "c.deepbench", "--until", "check")
    assert done.code == 0, done.err
