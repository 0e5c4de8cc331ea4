"""Sentences of findings and splits, where the button for what they advise stands below them.

The engine names places in the plan file (``leave_out under [check]``), for those who write one.
`in_window` tells where its control is; on the page that has the button not even that is needed.
"""

from __future__ import annotations

import re

from deepbench_ui.plan_words import in_window

AUTO, BY_SITE, NESTED = "Let DeepBench choose", "Leave one site out", "Test every unit once"
SHEET = "the sample sheet (step 4)"

_WORDS = (
    (r" \(leave_out(_samples)? under \[check\]\)", ""),
    (
        r"To use one all the same, name it: check\.keep = \"…\"\.",
        "To use one all the same, keep it.",
    ),
    (
        r"Give it its role: (\w+) = \".*\" under \[roles\] in the plan\.",
        r"If it is one, give it the role \1.",
    ),
    (
        r"State it in the plan with a column that names the units \(unit under \[roles\]\)\.",
        "It is better to name the column of the biological units yourself.",
    ),
    (
        r"If the rows are independent, write ignore = \".*\" under \[roles\], and no other role "
        r"for it\.",
        "If the rows are independent of each other, say so.",
    ),
    (r"check unit under \[roles\]", f"check the biological unit on {SHEET}"),
    (r"give it the role unit\b", f"make it the biological unit on {SHEET}"),
    (
        r"A column of names can have the role sample or unit\.",
        f"On {SHEET} a column of names can become the sample name or the biological unit.",
    ),
    (
        r"write under \[data\.missing_in\] in the plan: .*; or a model",
        "count these cells as missing; or a model",
    ),
    (r"at missing in \[data\]", "at the signs for “missing” (step 3)"),
    (
        r"For a split by time name the column: roles\.date = \"…\"\.",
        f"For a split by time, give the column the role date on {SHEET}.",
    ),
    (r" \(split\.design = \"leave-one-site-out\"\)", f" (“{BY_SITE}”)"),
    (r"Use split\.design = \"leave-one-site-out\"", f"Use “{BY_SITE}” (step 6)"),
    (
        r"write transform = .*, and name numbers that are no measurements under not_transformed\.",
        "choose another transformation below, and name the columns that are no such measurements.",
    ),
    (r": write transform = \"[^\"]+\" or \"auto\"\.", "; choose it below, or “Guess”."),
    (r"Take most_variable out of the plan", "Keep all features below"),
    (
        r"Correct the answer \(repeated = \"yes\" under \[design\]\), or the column under "
        r"roles\.unit\.",
        f"Correct the answer, or the biological unit, on {SHEET}.",
    ),
    (
        r"Correct one of them: time_points under \[design\], or timepoint under \[roles\]\.",
        f"Correct one of them on {SHEET}.",
    ),
    (
        r"Name the column that holds the number of the pair: pair = \"…\" under \[roles\]\.",
        f"Give the column that holds the number of the pair the role matched pair on {SHEET}.",
    ),
    (
        r"Name the column that tells whose each sample is: unit = \"…\" under \[roles\]\.",
        f"Give the column that tells whose each sample is the role biological unit on {SHEET}.",
    ),
    (
        r"Name the column: timepoint = \"…\" \(or date = \"…\"\) under \[roles\]\.",
        f"Give the column the role time point or date on {SHEET}.",
    ),
    (
        r"Name the column: batch = \"…\" under \[roles\]\.",
        f"Give the column the role batch on {SHEET}.",
    ),
    (r"The plan says that", "You said that"),
    (r"The plan asks for", "You asked for"),
    (r"Asked for in the plan\.", "You asked for this way."),
    (r"as the plan asks", "as you decided"),
)
_PATTERNS = tuple((re.compile(pattern), words) for pattern, words in _WORDS)


def on_screen(sentence: str) -> str:
    """Return a sentence of a finding or a split in the words of its page."""
    for pattern, words in _PATTERNS:
        sentence = pattern.sub(words, sentence)
    return in_window(sentence)
