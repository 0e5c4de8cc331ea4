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
    (r"at missing in \[data\]", "at the signs for “missing” (step 3)"),
    (
        r"For a split by time name the column: roles\.date = \"…\"\.",
        f"For a split by time, give the column the role date on {SHEET}.",
    ),
    (r" \(split\.design = \"leave-one-site-out\"\)", f" (“{BY_SITE}”)"),
    (r"Use split\.design = \"leave-one-site-out\"", f"Use “{BY_SITE}” (step 6)"),
    (r"Asked for in the plan\.", "You asked for this way."),
    (r"as the plan asks", "as you decided"),
)
_PATTERNS = tuple((re.compile(pattern), words) for pattern, words in _WORDS)


def on_screen(sentence: str) -> str:
    """Return a sentence of a finding or a split in the words of its page."""
    for pattern, words in _PATTERNS:
        sentence = pattern.sub(words, sentence)
    return in_window(sentence)
