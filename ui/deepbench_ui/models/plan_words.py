"""Sentences of the engine in the words of the window.

The engine says where something stands in the plan file (``leave_out under [check]``), for those
who write one. On screen the same thing is a button or a page, and is called so.
"""

from __future__ import annotations

import re

SHEET = "the sample sheet (step 4)"
AUTO, BY_SITE, EACH_ONCE = "Let DeepBench choose", "Leave one site out", "Test every unit once"

_WORDS: tuple[tuple[str, str], ...] = (
    # findings
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
    # what stands in the way
    (r"^check\.(?:leave_out|leave_out_samples|keep): there is\b", "There is"),
    (r"^check\.(?:leave_out|leave_out_samples|keep): ", ""),
    (r" left out by the plan\b", " left out, as you decided"),
    (r"\bTake names out of leave_out_samples under \[check\]", "Take a decision back"),
    (
        r"Write the names as in the column with the role sample, or 'row 5' where there is none\.",
        "Take the decision back, and check the data again.",
    ),
    # splits
    (r" \(split\.design = \"leave-one-site-out\"\)", f" (“{BY_SITE}”)"),
    (r"\b([Uu])se split\.design = \"leave-one-site-out\"", rf"\1se “{BY_SITE}” (step 6)"),
    (
        r"\b([Uu])se split\.design = \"auto\" or \"nested\" \(there every unit is tested\)",
        rf"\1se “{EACH_ONCE}” (step 6)",
    ),
    (r"\b([Uu])se split\.design = \"auto\"", rf"\1se “{AUTO}” (step 6)"),
    (r"a larger split\.test_fraction", "set a larger part aside"),
    (
        r"Name the column in the plan: \[roles\] (\w+) = \"…\"\.",
        rf"Give the column the role \1 on {SHEET}.",
    ),
    (r"the column under roles\.date", "the column of dates"),
    (r"check roles\.unit", f"check the biological unit on {SHEET}"),
    (r"Asked for in the plan\.", "You asked for this way."),
    (r"as the plan asks", "as you decided"),
)  # fmt: skip
_PATTERNS = tuple((re.compile(pattern), words) for pattern, words in _WORDS)


def on_screen(sentence: str) -> str:
    """Return a sentence of the engine with places in the plan file put as the window has them."""
    for pattern, words in _PATTERNS:
        sentence = pattern.sub(words, sentence)
    return sentence
