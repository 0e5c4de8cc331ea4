"""The answers given so far, complete or not: ``draft.json``, written by the window alone.

A `StudyPlan` needs an outcome and a table, which nobody has on the first page. The draft is the
plan before it is one: nested dicts with the plan's keys, each change on disk at once and undoable,
also after the program was closed. The worker's runs work on a copy sent with the request.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from deepbench.errors import PlanError, StudyError
from deepbench.plan import StudyPlan, plan_from_answers, read_plan
from deepbench.study.files import write_atomically

DRAFT_FILE = "draft.json"
DRAFT_FORMAT = 1
MOST_STEPS = 200
PLAN_NAME = "This study"
#: Lists that stand for all when there is no answer, so that an empty one is an answer: none.
NONE_OF_THEM = frozenset({("networks", "sizes")})

Keys = tuple[str, ...]
Answers = dict[str, Any]


def keys_of(path: str | Sequence[str]) -> Keys:
    """Return the keys of a place in the plan: ``"question.outcome"``, or the keys one by one."""
    return tuple(path.split(".")) if isinstance(path, str) else tuple(path)


@dataclass(frozen=True)
class Step:
    """One undoable change: places in the plan with what stood there before and afterwards.

    None stands for "no answer".
    """

    label: str
    page: str
    changes: tuple[tuple[Keys, Any, Any], ...]


class Draft:
    """The answers of a study, with their history.

    Args:
        folder: Study folder, which must exist.
        answers: Nested dicts with the plan's keys.
        done: Changes that can be undone, oldest first.
        undone: Changes that can be done again, the next one last.
        page: Key of the page that was shown last.
        run_until: Stage up to which a run was under way; empty when none was.
    """

    def __init__(
        self,
        folder: Path,
        answers: Answers | None = None,
        done: Sequence[Step] = (),
        undone: Sequence[Step] = (),
        page: str = "start",
        run_until: str = "",
    ) -> None:
        self.folder = folder
        self._answers: Answers = copy.deepcopy(answers or {})
        self._done = list(done)
        self._undone = list(undone)
        self._page = page
        self._run_until = run_until
        self._plan: tuple[StudyPlan | None, PlanError | None] | None = None

    @classmethod
    def load(cls, folder: Path) -> Draft:
        """Return the draft of a study; of one that was run from a plan, the plan's answers.

        Raises:
            StudyError: the file is damaged or from a newer version.
            PlanError: there is only a plan, and it cannot be read.
        """
        path = folder / DRAFT_FILE
        if not path.exists():
            plan = folder / "plan.toml"
            return cls(folder, _stated(read_plan(plan)) if plan.exists() else {})
        try:
            content = json.loads(path.read_bytes())
            if content["format"] > DRAFT_FORMAT:
                raise StudyError(
                    "The answers of this study were written by a newer version of DeepBench.",
                    "Install the newest version.",
                )
            return cls(
                folder,
                content["answers"],
                [_step(item) for item in content["done"]],
                [_step(item) for item in content["undone"]],
                content["page"],
                content["run_until"],
            )
        except OSError as error:
            raise StudyError(
                f"{DRAFT_FILE} of this study could not be read ({error.strerror}).",
                "Check whether you may read the study folder.",
            ) from None
        except (ValueError, KeyError, TypeError):
            raise StudyError(
                f"{DRAFT_FILE} of this study is damaged.",
                f"Restore it from a backup, or delete {DRAFT_FILE}: the answers of the last run "
                "are in plan.toml and will be used.",
            ) from None

    # --- reading ----------------------------------------------------------------------

    @property
    def answers(self) -> Answers:
        """A copy of all answers."""
        return copy.deepcopy(self._answers)

    @property
    def page(self) -> str:
        """Key of the page that was shown last."""
        return self._page

    @property
    def run_until(self) -> str:
        """Stage up to which a run was under way; empty when none was."""
        return self._run_until

    def value(self, path: str | Sequence[str], default: Any = None) -> Any:
        """Return the answer at a place in the plan, or the default where there is none."""
        found: Any = self._answers
        for key in keys_of(path):
            if not isinstance(found, Mapping) or key not in found:
                return default
            found = found[key]
        return copy.deepcopy(found)

    def plan(self) -> StudyPlan | None:
        """Return the plan, or None while the answers make none."""
        return self._checked()[0]

    def problem(self) -> PlanError | None:
        """Return what keeps the answers from being a plan, or None."""
        return self._checked()[1]

    def _checked(self) -> tuple[StudyPlan | None, PlanError | None]:
        if self._plan is None:
            try:
                self._plan = (plan_from_answers(self._answers, PLAN_NAME), None)
            except PlanError as error:
                self._plan = (None, error)
        return self._plan

    # --- changing ---------------------------------------------------------------------

    def change(
        self,
        changes: Mapping[str, Any] | Mapping[str | Keys, Any],
        label: str,
        page: str,
        *,
        merge: bool = False,
    ) -> bool:
        """Change answers, as one step, and write them to disk.

        Args:
            changes: Place in the plan → new answer; None takes the answer back.
            label: What was changed, for "Undo …".
            page: Key of the page.
            merge: Whether to join the last step, if it changed the same places under the same
                label (typing into one field).

        Returns:
            Whether anything changed.

        Raises:
            StudyError: the disk refuses; then nothing is changed.
        """
        parts = []
        for path, after in changes.items():
            keys, before = keys_of(path), self.value(path)
            new = _plain(keys, after)
            if new != before:
                parts.append((keys, before, new))
        if not parts:
            return False
        step = Step(label, page, tuple(parts))
        history = list(self._done)
        if merge and history and _joins(history[-1], step):
            first = history.pop()
            step = Step(label, page, _joined(first, step))
        self._apply(step.changes, [*history, step][-MOST_STEPS:], [])
        return True

    @property
    def undo_label(self) -> str:
        """What "Undo" would take back; empty when nothing."""
        return self._done[-1].label if self._done else ""

    @property
    def redo_label(self) -> str:
        """What "Redo" would do again; empty when nothing."""
        return self._undone[-1].label if self._undone else ""

    def undo(self) -> str:
        """Take the last change back; return the key of its page, or an empty text."""
        if not self._done:
            return ""
        step = self._done[-1]
        back = tuple((keys, after, before) for keys, before, after in step.changes)
        self._apply(back, self._done[:-1], [*self._undone, step])
        return step.page

    def redo(self) -> str:
        """Do again what was taken back last; return the key of its page, or an empty text."""
        if not self._undone:
            return ""
        step = self._undone[-1]
        self._apply(step.changes, [*self._done, step], self._undone[:-1])
        return step.page

    def show(self, page: str) -> None:
        """Note which page is shown."""
        if page != self._page:
            self._page = page
            self.save()

    def note_run(self, until: str) -> None:
        """Note that a run is under way, or with an empty text that it has ended."""
        if until != self._run_until:
            self._run_until = until
            self.save()

    def _apply(
        self, changes: Sequence[tuple[Keys, Any, Any]], done: list[Step], undone: list[Step]
    ) -> None:
        before = (self._answers, self._done, self._undone)
        self._answers = copy.deepcopy(self._answers)
        for keys, _, after in changes:
            _put(self._answers, keys, after)
        self._done, self._undone = done, undone
        self._plan = None
        try:
            self.save()
        except StudyError:
            # What is on screen is what is on disk.
            self._answers, self._done, self._undone = before
            self._plan = None
            raise

    def save(self) -> None:
        """Write the draft.

        Raises:
            StudyError: the disk is full or the folder not writable.
        """
        content = {
            "format": DRAFT_FORMAT,
            "answers": self._answers,
            "done": [asdict(step) for step in self._done],
            "undone": [asdict(step) for step in self._undone],
            "page": self._page,
            "run_until": self._run_until,
        }
        text = json.dumps(content, ensure_ascii=False, indent=1)
        write_atomically(self.folder / DRAFT_FILE, text.encode("utf-8", "backslashreplace"))


def _stated(plan: StudyPlan) -> Answers:
    """Return what a plan states beyond the defaults; how sensitive the data is counts as said."""
    answers: Answers = plan.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    answers.setdefault("privacy", {}).setdefault("level", plan.privacy.level)
    return answers


def _step(item: Mapping[str, Any]) -> Step:
    changes = tuple((tuple(keys), before, after) for keys, before, after in item["changes"])
    return Step(item["label"], item["page"], changes)


def _plain(keys: Keys, value: Any) -> Any:
    """Return the value as JSON gives it back; an empty text, list or dict is no answer."""
    if value in ([], ()) and keys in NONE_OF_THEM:
        return []
    if value is None or value in ("", [], (), {}):
        return None
    return json.loads(json.dumps(value))


def _joins(last: Step, step: Step) -> bool:
    return (last.label, last.page) == (step.label, step.page) and set(_places(last)) == set(
        _places(step)
    )


def _places(step: Step) -> Iterator[Keys]:
    return (keys for keys, _, _ in step.changes)


def _joined(first: Step, second: Step) -> tuple[tuple[Keys, Any, Any], ...]:
    before = {keys: value for keys, value, _ in first.changes}
    return tuple((keys, before[keys], after) for keys, _, after in second.changes)


def _put(answers: Answers, keys: Keys, value: Any) -> None:
    """Set a value, or remove it with the dicts that become empty."""
    trail = [answers]
    for key in keys[:-1]:
        inner = trail[-1].get(key)
        if not isinstance(inner, dict):
            if value is None:
                return
            inner = trail[-1][key] = {}
        trail.append(inner)
    if value is not None:
        trail[-1][keys[-1]] = value
        return
    trail[-1].pop(keys[-1], None)
    for outer, key in zip(reversed(trail[:-1]), reversed(keys[:-1]), strict=True):
        if outer[key] == {}:
            del outer[key]
