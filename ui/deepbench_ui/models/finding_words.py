"""What findings of the data check are called on screen."""

from __future__ import annotations

from collections.abc import Sequence

from deepbench.study.records import FindingRecord

#: Severities, gravest first.
SEVERITIES = ("blocking", "serious", "warning", "info")
SEVERITY_WORDS = {
    "blocking": "Stops the study",
    "serious": "Serious",
    "warning": "Warning",
    "info": "To know",
}
SEVERITY_ICONS = {
    "blocking": ("blocked", "danger"),
    "serious": ("danger", "danger"),
    "warning": ("warning", "warning"),
    "info": ("info", "info"),
}
_COUNTED = {
    "blocking": ("stops the study", "stop the study"),
    "serious": ("serious", "serious"),
    "warning": ("warning", "warnings"),
    "info": ("to know", "to know"),
}
#: Titles by kind; a place after a bar is asked first.
TITLES = {
    "suspicious feature": "A measurement that tells the outcome almost perfectly",
    "suspicious feature|coded features": "Most likely the outcome in other words",
    "suspicious feature|coded features together": "Most likely the outcome in other words",
    "repeated units": "Rows that belong together",
    "computed outcome": "The outcome is computed from other columns",
    "known afterwards": "Possibly known only after the outcome",
    "drift": "Features that follow the order of the samples",
    "outcome and order": "The outcome goes with the order of collection",
    "plate position": "Features that follow the place on the plate",
    "plate position|layout of the plate": "The outcome goes with the place on the plate",
    "plate position|wells as a feature": "Columns that hold no measurement",
    "outcome and batch": "The outcome goes with the batch",
    "outcome and site": "The outcome goes with the site",
    "missing values": "Gaps that tell something",
    "missing values|samples with many gaps": "Samples with many missing values",
    "missing values|features without a value": "Features without any value",
    "missing values|features with many gaps": "Features with many missing values",
    "constant": "Features that never differ",
    "identifier": "Columns that hold no measurement",
    "identifier|features that number samples": "Numbers that only count the samples",
    "damaged names": "Names damaged by a spreadsheet",
    "joined columns": "A column that is two columns",
    "repeated names": "Sample names that stand twice",
    "repeated names|one name in several units": "One sample name in several units",
    "near duplicates": "Samples that are nearly the same",
    "similar sequences": "Similar sequences",
    "shortcut": "A simple measurement that tells the outcome",
    "images": "Images that no model sees",
    "near duplicates|samples with different outcomes": "Nearly the same, different outcomes",
    "mixed scales": "Samples on different scales",
    "mixed units": "Values in different units",
    "values at a limit": "Many cells at the largest value",
    "values at a limit|smallest values": "Many cells at the smallest value",
    "code for missing?": "A number that may stand for a missing value",
    "zeros for gaps": "Zeros that look like missing values",
    "impossible values": "Values that cannot be",
    "failed samples": "Samples in which nothing was measured",
    "failed samples|samples with low totals": "Samples with far too low totals",
    "reversed samples": "Samples with reversed signs",
    "logarithm taken twice": "Perhaps a logarithm of a logarithm",
    "duplicates": "Samples with the same measurements",
    "duplicates|samples with different outcomes": "Same measurements, different outcomes",
    "outlying samples": "Samples far from all others",
    "design and data": "Your answers on the design and the table disagree",
    "kind of measurement": "What your measurements look like",
    "kind of measurement|transform under [preparation]": (
        "The transformation does not fit the measurements"
    ),
    "kind of measurement|most_variable under [preparation]": (
        "The features that vary most may only have the largest numbers"
    ),
    "more variance than the outcome": "Something else explains more than the outcome does",
    "reversed within": "Trends that turn round within groups",
    "reversed within batch": "Trends that turn round within batches",
    "reversed within operator": "Trends that turn round within operators",
    "reversed within site": "Trends that turn round within sites",
    "reversed within sensitive": "Trends that turn round within groups of people",
    "class imbalance": "Small or unequal classes",
    "class imbalance|small classes": "Small classes",
    "class imbalance|unequal classes": "Unequal classes",
    "class imbalance|outcome": "Few units",
    "possible role": "A column that sounds like a batch or a site",
    "left out by the plan": "Left out by you",
    "left out by the plan|samples": "Samples left out by you",
    "left out by the plan|features": "Features left out by you",
}


def title_of(finding: FindingRecord) -> str:
    """Return what a finding is called."""
    special = TITLES.get(f"{finding.kind}|{finding.where}")
    return special or TITLES.get(finding.kind) or finding.kind.capitalize()


def by_severity(findings: Sequence[FindingRecord]) -> dict[str, list[FindingRecord]]:
    """Return the findings of each severity that there is, gravest first."""
    found = {
        severity: [finding for finding in findings if finding.severity == severity]
        for severity in SEVERITIES
    }
    return {severity: members for severity, members in found.items() if members}


def count_line(findings: Sequence[FindingRecord]) -> str:
    """Return "2 serious, 3 warnings, 5 to know."."""
    parts = [
        f"{len(members)} {_COUNTED[severity][len(members) > 1]}"
        for severity, members in by_severity(findings).items()
    ]
    return f"{', '.join(parts)}." if parts else ""


def waiting_line(many: int) -> str:
    """Return how many findings wait for a decision; empty if none does."""
    return f"{many} {'waits' if many == 1 else 'wait'} for your decision." if many else ""
