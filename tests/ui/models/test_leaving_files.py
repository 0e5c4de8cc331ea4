"""Files that would leave, by folder; what stays comes first."""

from __future__ import annotations

from deepbench.study.files import size_text
from deepbench.study.records import BundleFilePreview, BundlePreview
from deepbench_ui.models.leaving_files import (
    file_groups,
    file_sentence,
    group_sentence,
    level_sentence,
    total_sentence,
)


def file(path: str, size: int = 1000, *, allowed: bool = True) -> BundleFilePreview:
    why = "What is in it." if allowed else "It stores samples. Possible instead: a linear model."
    return BundleFilePreview(path=path, title=path, bytes=size, allowed=allowed, sentence=why)


FILES = [
    file("README.txt"),
    file("card/model-card.md"),
    file("tables/a.csv", 500),
    file("tables/c.csv", 700),
    file("model/schema.json"),
    file("model/model.skops", 9_000_000, allowed=False),
    file("tables/b.csv", allowed=False),
]


def test_folders_of_which_something_stays_come_first_and_in_them_what_stays() -> None:
    found = [(group.folder, [each.path for each in group.files]) for group in file_groups(FILES)]
    assert found == [
        ("model", ["model/model.skops", "model/schema.json"]),
        ("tables", ["tables/b.csv", "tables/a.csv", "tables/c.csv"]),
        ("", ["README.txt"]),
        ("card", ["card/model-card.md"]),
    ]


def test_sizes_are_those_of_what_leaves() -> None:
    assert total_sentence(FILES) == (
        "5 files would leave, 4.2 kB in all; 2 files stay in the study."
    )
    groups = {group.folder: group_sentence(group) for group in file_groups(FILES)}
    assert groups["tables"] == "2 files would leave, 1.2 kB in all; 1 file stays in the study."
    assert groups["card"] == "1 file would leave, 1.0 kB in all."
    assert total_sentence(FILES[-1:]) == "1 file stays in the study."


def test_why_a_file_stays_and_what_would_be_possible_is_said() -> None:
    assert file_sentence(FILES[-1]) == (
        "It stays in the study. It stores samples. Possible instead: a linear model."
    )
    assert file_sentence(FILES[0]) == "It would leave. What is in it."


def test_the_level_is_said_with_why_it_holds() -> None:
    preview = BundlePreview(
        name="b", title="B", level="restricted", refused="", files=(), sentences=(), note="Why."
    )
    assert level_sentence(preview) == "In force is the level “restricted”. Why."


def test_sizes_of_files_are_read_at_a_glance() -> None:
    sizes = (0, 1, 999, 1000, 9_940, 9_960, 999_400, 999_600, 2_340_000, 31_000_000)
    assert [size_text(size) for size in sizes] == [
        "0 bytes", "1 byte", "999 bytes", "1.0 kB", "9.9 kB", "10 kB", "999 kB", "1.0 MB",
        "2.3 MB", "31 MB",
    ]  # fmt: skip
