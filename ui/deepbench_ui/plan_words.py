"""The engine speaks of keys of the plan; the window of the control that stands for each key."""

from __future__ import annotations

import re
from collections.abc import Mapping

#: Key of the plan → where its control is.
CONTROLS: Mapping[str, str] = {
    "question.outcome": "the outcome (step 1)",
    "question.task": "the kind of outcome (step 1)",
    "question.positive": "the class you look for (step 1)",
    "question.organism": "the organism (step 1)",
    "question.decision": "what you will decide (step 1)",
    "question.useful_score": "the smallest useful score (step 1)",
    "data.source": "the file (step 3)",
    "data.sheet": "the sheet of the workbook (step 3)",
    "data.encoding": "the encoding (step 3)",
    "data.delimiter": "what stands between columns (step 3)",
    "data.decimal": "the decimal mark (step 3)",
    "data.header": "what the first row holds (step 3)",
    "data.missing": "the signs for “missing” (step 3)",
    "data.types": "the type of the column (step 3)",
    "data.licence": "the licence (step 3)",
    "data.more": "the files with more samples (step 3)",
    "data.member": "the file inside the archive (step 3)",
    "data.header_row": "the row with the names (step 3)",
    "data.row_names": "what the first column holds (step 3)",
    "data.uneven_rows": "rows with a wrong number of cells (step 3)",
    "data.formulas": "formulas without a result (step 3)",
    "data.orientation": "which way the table lies (step 3)",
    "data.between": "columns between the samples (step 3)",
    "data.sample_sheet": "the sample sheet (step 3)",
    "data.sample_sheet_tab": "the sheet with the sample sheet (step 3)",
    "data.sample_sheet_key": "the column that names the samples (step 3)",
    "data.matching": "how names are matched (step 3)",
    "data.unmatched": "samples that one file lacks (step 3)",
    "data.missing_in": "the signs for “missing” in the column (step 3)",
    "data.below_detection": "values such as <0.5 (step 3)",
    "data.units_in_cells": "units written in cells (step 3)",
    "data.date_order": "the order of day and month (step 3)",
    "data.sequences": "what is done with sequences (step 3)",
    "data.bad_bytes": "bytes that are no text (step 3)",
    "data.nul_characters": "NUL characters (step 3)",
    "data.quotes": "quotation marks (step 3)",
    "data.repeated_columns": "columns that are there twice (step 3)",
    "data.protocol": "the protocol (step 3)",
    "design.allocation": "how the groups came about (step 4)",
    "design.repeated": "whether units were measured more than once (step 4)",
    "design.time_points": "whether there are several time points (step 4)",
    "design.mixed_batches": "whether each batch held all groups (step 4)",
    "preparation.transform": "the transformation (step 5)",
    "preparation.not_transformed": "numbers that are not transformed (step 5)",
    "preparation.most_missing": "the largest share of missing values (step 5)",
    "preparation.most_variable": "the number of most variable features (step 5)",
    "roles.sample": "the sample name (step 4)",
    "roles.unit": "the biological unit (step 4)",
    "roles.replicate": "the technical replicate (step 4)",
    "roles.batch": "the batch (step 4)",
    "roles.site": "the site (step 4)",
    "roles.date": "the date (step 4)",
    "roles.part": "your own division (step 4)",
    "roles.timepoint": "the time point (step 4)",
    "roles.operator": "the operator (step 4)",
    "roles.pair": "the matched pair (step 4)",
    "roles.sensitive": "the sensitive attributes (step 4)",
    "roles.ignore": "the ignored columns (step 4)",
    "check.keep": "features to keep (step 5)",
    "check.leave_out": "features to leave out (step 5)",
    "check.leave_out_samples": "samples to leave out (step 5)",
    "split.design": "the design (step 6)",
    "split.test_fraction": "the share of test samples (step 6)",
    "split.outer_folds": "the number of outer folds (step 6)",
    "split.tuning_folds": "the number of tuning folds (step 6)",
    "split.reuse_reason": "the reason to open the test set again (step 10)",
    "budget.preset": "the budget (step 7)",
    "budget.trials": "the number of trials (step 7)",
    "budget.minutes": "the time limit (step 7)",
    "baselines.families": "the traditional models (step 7)",
    "networks.sizes": "the sizes of networks (step 8)",
    "networks.seeds": "the number of random starts (step 8)",
    "shuffles.replicates": "the number of shuffles (step 9)",
    "shuffles.repeat": "what each shuffle repeats (step 9)",
    "suitability.reason": "your reason (step 2)",
    "suitability.expected_ceiling": "the best possible score (step 1)",
    "suitability.label_reliability": "how the outcome was determined (step 2)",
    "ethics.approval": "the ethics approval (step 13)",
    "ethics.consent": "the consent (step 13)",
    "ethics.entries": "the register (step 13)",
    "ethics.raised": "the issues that people raise (step 13)",
    "ethics.comments": "the discussion of an entry (step 13)",
    "ethics.approvals": "the approvals (step 13)",
    "privacy.level": "how sensitive the data is (step 0)",
    "privacy.reason": "the reason for the level (step 0)",
    "privacy.about": "the questions about the data (step 0)",
    "privacy.quasi_identifiers": "the columns by which somebody could be recognised (step 13)",
    "privacy.audit": "how hard the model is attacked (step 13)",
    "privacy.private_training": "private training (step 13)",
    "privacy.epsilon": "the budget of private training (step 13)",
    "privacy.ranges": "the values that features can take (step 13)",
    "interpretation.error_rate": "the error rate of prediction sets (step 11)",
    "interpretation.largest_panel": "the largest short panel (step 11)",
    "interpretation.gene_sets": "the file with gene sets (step 11)",
    "interpretation.expected": "what you expect of features (step 11)",
    "claims.features": "the answers on features (step 12)",
    "claims.own": "your own sentences (step 12)",
}
_TABLES = {
    "question": "step 1",
    "suitability": "step 2",
    "data": "step 3",
    "roles": "step 4",
    "design": "step 4",
    "check": "step 5",
    "preparation": "step 5",
    "split": "step 6",
    "budget": "step 7",
    "baselines": "step 7",
    "networks": "step 8",
    "shuffles": "step 9",
    "interpretation": "step 11",
    "claims": "step 12",
    "ethics": "step 13",
    "privacy": "step 0",
}
_VALUE = r'(?:"[^"]*"|\[[^\]]*\]|[\w.]+)'
_TABLE = rf"\[\[?(?P<table>{'|'.join(_TABLES)})(?:\.(?P<inner>\w+))?\]?\]"
_KEY = r"(?P<key>[a-z_]+)"
_PLAN = r"(?: (?:in|of) the plan)?"
_PATTERNS = (
    # Write decimal = "," (fractions) or decimal = "." (thousands) under [data] in the plan
    re.compile(
        rf"(?P<verb>[Ww]rite |[Cc]hoose )?{_KEY} = (?P<value>{_VALUE})"
        rf"(?P<more>(?: \([^)]*\))?(?: or (?P=key) = {_VALUE}(?: \([^)]*\))?)?)"
        rf" under {_TABLE}{_PLAN}"
    ),
    # [roles] site = "…"
    re.compile(rf"(?P<verb>)(?P<more>){_TABLE} {_KEY} = (?P<value>{_VALUE})"),
)
_NAMED = (
    re.compile(rf"\(?{_KEY} under {_TABLE}{_PLAN}\)?"),
    re.compile(rf"{_KEY} in {_TABLE}{_PLAN}"),
    re.compile(rf"\({_TABLE} {_KEY}\)"),
    re.compile(rf"{_TABLE} {_KEY}\b"),
)
#: Options of the command line → where the window asks the same.
_OPTIONS: Mapping[str, str] = {
    # The words before it are those of the control.
    **{
        f' (split.design = "{design}")': ""
        for design in (
            "auto",
            "holdout",
            "nested",
            "leave-one-site-out",
            "leave-one-batch-out",
            "time",
            "own",
        )
    },
    " (--study)": "",
    " (--workers 1)": " (step 0)",
    "Correct the value, or leave the key out for its default.": "Correct the value there.",
    "or use the processor (--device cpu)": "or let networks train on the processor only (step 0)",
    "Use --device auto or --device cpu": "Let networks train on the processor (step 0)",
    "Run one first: deepbench run PLAN --study STUDY.": "Go through the steps first.",
}
#: What a line of the plan is in the window, where it is no list or field.
_LINES = (
    (
        re.compile(r'under \[\[ethics\.approvals\]\] in the plan, with what = "[^"]*"'),
        "with “Record an Approval” (step 13)",
    ),
    (
        re.compile(r'[Ww]rite types = \{[^}]*= "categorical"\} under \[data\]'),
        "change its type to labels (step 3)",
    ),
    (
        re.compile(r'name that file: write sample_sheet = "FILE" under \[data\] in the plan'),
        "choose that file as the sample sheet (step 3)",
    ),
    (
        re.compile(r'[Ww]rite ignore = \["[^\]]*"\] under \[roles\]'),
        "give it the role “Ignore” (step 4)",
    ),
    (re.compile(r': more = \["…"\] under \[data\]'), " with “Add Files…” (step 3)"),
    (
        re.compile(r"write the others into more = \[\.\.\.\] and name the outcome"),
        "add the others with “Add Files…” (step 3) and name the outcome",
    ),
)
_TYPES = re.compile(r"types = \{[^}]*\} there")
_ALONE = re.compile(rf"(?:under )?{_TABLE}{_PLAN}")
_DOTTED = re.compile(r"\b(?P<table>" + "|".join(_TABLES) + r")\.(?P<key>[a-z_]+)\b")


def in_window(text: str) -> str:
    """Return a sentence of the engine with controls in place of keys and options."""
    said = text
    for option, words in _OPTIONS.items():
        text = text.replace(option, words)
    if "[" in text or "." in text:
        for line, words in _LINES:
            text = line.sub(words, text)
        for pattern in _PATTERNS:
            text = pattern.sub(_set_value, text)
        for pattern in _NAMED:
            text = pattern.sub(_named, text)
        text = _TYPES.sub("change its type to labels", text)
        text = _ALONE.sub(lambda found: f"at {_TABLES[found['table']]}", text)
        text = _DOTTED.sub(_dotted, text)
    # Only what was changed: a sentence may begin with the name of a file.
    return text if text == said else text[:1].upper() + text[1:]


def _control(found: re.Match[str]) -> str:
    return CONTROLS.get(
        f"{found['table']}.{found['key']}",
        f"{found['key'].replace('_', ' ')} ({_TABLES[found['table']]})",
    )


def _set_value(found: re.Match[str]) -> str:
    value = found["value"].strip('"[]') or "none"
    more = re.sub(rf"{found['key']} = ", "", found["more"] or "").replace('"', "“", 1)
    more = more.replace('"', "”", 1)
    begins = found.start() == 0 or found.string[: found.start()].endswith((". ", "? "))
    verb = "Set" if begins else "set"
    if value in ("…", "..."):
        return f"{verb} {_control(found)}"
    quoted = value.replace('"', "")
    return f"{verb} {_control(found)} to “{quoted}”{more}"


def _named(found: re.Match[str]) -> str:
    control = _control(found)
    whole = found[0]
    if not (whole.startswith("(") and whole.endswith(")")):
        return control
    name, _, step = control.removesuffix(")").partition(" (")
    return f"({name}, {step})"


def _dotted(found: re.Match[str]) -> str:
    return CONTROLS.get(found[0], found[0])
