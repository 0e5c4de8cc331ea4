"""``methods.txt``: stages 9 to 13 when they ran, and every work that is cited."""

from __future__ import annotations

import re

import pytest

from deepbench.reporting.methods_text import methods_text
from deepbench.study.records import StudySummary
from tests.engine.reporting import summaries
from tests.engine.reporting.documents import written

CITED = re.compile(r"[A-ZÉ][\w-]+(?: et al\.| and [A-Z][\w-]+)?, (?:19|20)\d\d")


def text_of(summary: StudySummary) -> str:
    return " ".join(methods_text(summary).paragraphs)


def test_audit_private_training_and_wording_are_told() -> None:
    text = text_of(written.full())
    for part in (
        "Findings were worded as associations",
        "a checklist for leakage was gone through",
        "2 quasi-identifiers (k-anonymity; Sweeney, 2002)",
        "2 membership inference attacks on how sure the model is (Yeom et al., 2018) and "
        "likelihood ratios (LiRA; Carlini et al., 2022)",
        "with 32 models of the same kind each trained on half of the units",
        "Attacks were scored by patient",
        "Whether answers of the model give “sex” away",
        "at ε = 1 and 3",
        "guaranteed ε = 3.000, δ = 1.0 × 10⁻⁵",
        "3.000 (RDP; Mironov, 2017) and 2.780 (PRV; Gopi et al., 2021)",
        "logistic recalibration (Platt, 1999)",
        "shuffling the labels 100 times",
    ):
        assert part in text


def test_nothing_is_told_of_what_was_not_done() -> None:
    text = text_of(summaries.summary())
    for word in ("membership", "differentially private", "quasi", "identifies a person"):
        assert word not in text
    assert "Findings were worded" not in text_of(summaries.null_locked())
    no_attack = written.full().ethics
    assert no_attack is not None
    ethics = no_attack.model_copy(update={"audit": written.audit(attacks=(), shadows=0)})
    assert "membership" not in text_of(written.full().model_copy(update={"ethics": ethics}))


@pytest.mark.parametrize("name", [*summaries.ALL, "full", "ended early"])
def test_every_citation_has_its_reference(name: str) -> None:
    if name == "ended early":
        shuffles = summaries.shuffles("no").model_copy(update={"ended_early": True})
        summary = summaries.summary(shuffles=shuffles)
    else:
        summary = {**summaries.ALL, "full": written.full}[name]()
    methods = methods_text(summary)
    text = " ".join(methods.paragraphs)
    cited = set(CITED.findall(text))
    assert "Lee et al., 2022" in cited
    for work in cited:
        author, year = work.split(" ", maxsplit=1)[0].rstrip(","), work[-4:]
        found = [entry for entry in methods.references if entry.startswith(f"{author} ")]
        assert any(year in entry for entry in found), work
    assert len(methods.references) == len(cited)


def test_the_file_holds_references_and_how_to_cite_the_program() -> None:
    text = written.documents(written.full(), "sensitive")["documents/methods.txt"]
    assert text.startswith("Methods\n\nWe analysed 569 samples")
    assert "\n\nReferences\nAbadi M," in text
    assert "The DeepBench developers. DeepBench, version 0.1.0." in text
    assert text.endswith("rerun/constraints.txt.\n")
