"""What the records say of the data, one fact a function; an empty text where nothing is known."""

from __future__ import annotations

from deepbench.data.wording import counted
from deepbench.reporting.data_tables import class_table, role_words
from deepbench.reporting.documents.study_facts import StudyFacts
from deepbench.reporting.preparation_text import filter_text, transformation_text
from deepbench.reporting.repeated_rows import sized, split_sizes
from deepbench.reporting.small_cells import is_withheld, left_out
from deepbench.reporting.wording import clipped, listing, metric_title, sentence
from deepbench.study.records import FindingRecord

_TASKS = {
    "binary": "two classes",
    "multiclass": "several classes",
    "regression": "a number",
}
_RELIABILITY = {
    "measured": "It was measured.",
    "expert": "Experts decided it.",
    "self-reported": "People reported it themselves.",
    "noisy": "It is known to be noisy.",
    "unknown": "How reliable it is was answered with “unknown”.",
}
_DECISIONS = {
    "left out": "left out",
    "kept": "kept",
    "kept together": "kept together in one set",
    "none": "",
}
_ALLOCATION = {
    "randomised": "Groups were made by chance (randomised).",
    "matched": "Groups were matched.",
    "observational": "Groups were observed as they are.",
}
_FEATURES = ("feature", "measurement")
_FINDINGS_SHOWN = 12
_NAMES_SHOWN = 20


def question(facts: StudyFacts) -> str:
    """What was asked of the data."""
    record = facts.summary.question
    if record is None:
        return ""
    text = sentence(record.sentence)
    decision = facts.plan.question.decision if facts.plan is not None else ""
    return f"{text} With the answer will be decided: {sentence(decision)}" if decision else text


def samples(facts: StudyFacts) -> str:
    """How many samples, units and features."""
    return facts.parts["data"]


def outcome(facts: StudyFacts) -> str:
    """What is predicted, its classes, and how it was determined."""
    sheet = facts.summary.sheet
    if sheet is None:
        return ""
    text = f"The outcome is “{clipped(sheet.outcome)}”, {_TASKS[sheet.task]}"
    if sheet.classes:
        names = listing([f"“{clipped(name)}”" for name in sheet.classes])
        text += f": {names}"
    if sheet.task == "binary" and len(sheet.classes) == 2:
        text += f"; “{clipped(sheet.classes[1])}” counts as positive"
    reliable = facts.plan.suitability.label_reliability if facts.plan is not None else None
    return f"{text}. {_RELIABILITY.get(reliable or '', '')}".strip()


def classes(facts: StudyFacts) -> str:
    """Samples and units of each class."""
    sheet = facts.summary.sheet
    table = class_table(sheet, facts.cells) if sheet is not None else None
    if table is None:
        return ""
    alone = facts.cells.samples_alone
    return " ".join(
        f"“{clipped(name)}”: {count} samples{'' if alone else f' of {units} units'}."
        for name, count, units, _ in table.rows
    )


def source(facts: StudyFacts) -> str:
    """Where the data came from, as the plan says."""
    if facts.plan is None:
        return ""
    data = facts.plan.data
    parts = [
        ("Origin", data.origin),
        ("Version or accession", data.version),
        ("Obtained on", data.downloaded),
        ("Licence or agreement", data.licence),
        ("Protocol", data.protocol),
    ]
    return " ".join(f"{label}: {sentence(text)}" for label, text in parts if text)


def file(facts: StudyFacts) -> str:
    """Which file was read, and how it can be recognised."""
    record = facts.summary.imported
    if record is None:
        return ""
    return (
        f"Read from a {record.format} file of {record.size_bytes:,} bytes with SHA-256 "
        f"{record.sha256}; whoever has the file can prove by it that it is the same."
    )


def design(facts: StudyFacts) -> str:
    """How the samples were collected, as far as roles and answers tell."""
    sheet = facts.summary.sheet
    roles = {} if sheet is None else {k: v for k, v in sheet.roles.items() if v}
    text = ""
    if roles:
        named = listing([f"{role_words(role)} ({', '.join(v)})" for role, v in roles.items()])
        text = f"Columns with a role: {named}."
    allocation = facts.plan.design.allocation if facts.plan is not None else None
    return f"{text} {_ALLOCATION.get(allocation or '', '')}".strip()


def features(facts: StudyFacts) -> str:
    """Names of the features that the models see."""
    record, check = facts.summary.imported, facts.summary.check
    if record is None:
        return ""
    gone = set(check.left_out_features) if check is not None else set()
    names = [
        f"“{clipped(column.name)}”"
        for column in record.columns
        if column.role in _FEATURES and column.name not in gone
    ]
    if not names:
        return ""
    more = len(names) - _NAMES_SHOWN
    shown = listing(names) if more <= 0 else f"{', '.join(names[:_NAMES_SHOWN])} and {more:,} more"
    return f"{counted(len(names), 'predictor')}: {shown}."


def missing(facts: StudyFacts) -> str:
    """Share of missing values among the features."""
    record = facts.summary.imported
    if record is None:
        return ""
    columns = [column for column in record.columns if column.role in _FEATURES]
    cells = len(columns) * record.rows
    empty = sum(column.missing for column in columns)
    if not cells or facts.cells.is_small(empty):
        return ""
    share = 100 * empty / cells
    touched = sum(column.missing > 0 for column in columns)
    return (
        f"{share:.1f} % of all values of features were missing, in "
        f"{counted(touched, 'feature')} of {len(columns):,}. Shares by class were not counted."
        if empty
        else "No value of a feature was missing."
    )


def exclusions(facts: StudyFacts) -> str:
    """What was left out, and why."""
    sheet, check = facts.summary.sheet, facts.summary.check
    if sheet is None:
        return ""
    parts = []
    if sheet.left_out_rows:
        rows, verb = left_out(sheet.left_out_rows, "row", facts.cells)
        parts.append(f"{rows} without a known outcome {verb} left out.")
    if check is not None and check.left_out_samples:
        samples, verb = left_out(check.left_out_samples, "sample", facts.cells)
        parts.append(
            f"{samples} {verb} left out after a look at the data; reasons stand with the findings "
            "of the report."
        )
    if check is not None and check.left_out_features:
        names = [f"“{clipped(name)}”" for name in check.left_out_features[:_NAMES_SHOWN]]
        more = len(check.left_out_features) - len(names)
        shown = listing(names) if not more else f"{', '.join(names)} and {more:,} more"
        parts.append(f"Features left out by the data check: {shown}.")
    return " ".join(parts) or "The program left no sample and no feature of the table out."


def findings(facts: StudyFacts) -> str:
    """What the data check found, and what was decided."""
    record = facts.summary.check
    if record is None:
        return ""
    if not record.findings:
        return "The data check found nothing to report."
    shown = [_finding(item) for item in record.findings[:_FINDINGS_SHOWN]]
    more = len(record.findings) - len(shown)
    rest = f" {more:,} further findings stand in the report." if more else ""
    return f"Found by the data check: {' '.join(shown)}{rest}"


def _finding(record: FindingRecord) -> str:
    decided = _DECISIONS[record.decision] or ("accepted" if record.reason else "")
    return f"{sentence(record.message)}{f' Decision: {decided}.' if decided else ''}"


def preparation(facts: StudyFacts) -> str:
    """All that was done to the values before and inside the models."""
    record, check = facts.summary.imported, facts.summary.check
    if record is None:
        return ""
    parts = []
    kinds = list(dict.fromkeys(item.what for item in record.conversions))
    if kinds:
        parts.append(f"On reading: {'; '.join(kinds[:_FINDINGS_SHOWN])}.")
    parts.append(transformation_text(check.preparation if check is not None else None))
    if facts.summary.split is not None:
        parts.append(
            "Imputation, scaling, encoding of categories and feature filtering were fitted inside "
            "each fold, on its training part alone."
        )
        parts.append(filter_text(facts.plan))
    return " ".join(part for part in parts if part)


def sizes(facts: StudyFacts) -> str:
    """Samples and units for training and testing."""
    record = facts.summary.split
    if record is None:
        return ""
    several = len(record.outer_folds) > 1
    alone, of = facts.cells.samples_alone, sized(facts.cells)
    training, test = facts.cells.several(split_sizes(record, samples_alone=alone))
    if is_withheld(training) or is_withheld(test):
        return ""
    if several:
        return (
            f"{counted(len(record.outer_folds), 'outer fold')}: models were fitted on at least "
            f"{training} {of}, and {test} {of} were tested, each once."
        )
    fold = record.outer_folds[0] if record.outer_folds else None
    by_samples = facts.cells.several([fold.train_samples, fold.test_samples]) if fold else []
    if by_samples and not alone and not any(is_withheld(text) for text in by_samples):
        return (
            f"Training: {by_samples[0]} samples of {training} units; test: {by_samples[1]} "
            f"samples of {test} units."
        )
    return f"Training: {training} {of}; test: {test} {of}."


def proofs(facts: StudyFacts) -> str:
    """What was checked on the split itself."""
    record = facts.summary.split
    return "" if record is None else " ".join(sentence(text) for text in record.proofs)


def useful_score(facts: StudyFacts) -> str:
    """Which score the user called useful beforehand."""
    wanted = facts.plan.question.useful_score if facts.plan is not None else None
    if wanted is None:
        return ""
    metric = metric_title("r2" if facts.task == "regression" else "auroc", facts.task)
    return f"Smallest score called useful beforehand: {metric} {wanted:g}."
