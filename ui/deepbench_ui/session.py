"""An open study in the window: answers, results, runs. It holds nothing that the study does not.

Answers go to the draft on disk, results come from the ledger that the worker writes. Two worker
processes serve it: the *runner* calculates stages, the *desk* answers short questions (previews,
counts, what may leave), also while the runner is busy.
"""

from __future__ import annotations

import base64
import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from deepbench.errors import Cancelled, DeepBenchError, StudyError
from deepbench.messages import (
    EstimateTime,
    Event,
    ExportStudy,
    JobFailed,
    JobRequest,
    LetOut,
    Notice,
    Predict,
    Progress,
    RunStudy,
    StageFinished,
    StageStarted,
    WriteReport,
)
from deepbench.study.draft import Draft
from deepbench.study.following import LedgerFollower
from deepbench.study.lock import StudyLock, open_in_window
from deepbench.study.records import CheckRecord, ReadingQuestion, Record, TrialRecord
from deepbench.study.standing import Standing, StudyHistory, stand
from deepbench.worker.pool_size import default_workers
from deepbench.workflow import STAGE_BY_KEY
from deepbench_ui.selection import SelectionHub
from deepbench_ui.worker_bridge import WorkerBridge

STOPPED = "It was stopped before it had finished."
FOLLOW_MILLISECONDS = 200
FOLLOW_QUICKLY_MILLISECONDS = 15
_LINES_AT_ONCE = 150

R = TypeVar("R", bound=Record)


@dataclass
class Run:
    """A run under way.

    Attributes:
        until: Key of the last stage asked for.
        stage: Key of the stage being calculated; empty before the first.
        began: Moment of the start, seconds that only grow.
        progress: What was said last about the stage.
        heard_at: Seconds the run had worked when that was said.
        paused: Whether the user paused it.
        stopping: Whether the user asked to stop.
        paused_seconds: Seconds it was paused so far.
    """

    until: str
    stage: str = ""
    began: float = 0.0
    progress: Progress | None = None
    heard_at: float = 0.0
    paused: bool = False
    stopping: bool = False
    paused_seconds: float = 0.0
    paused_since: float = 0.0

    @property
    def seconds(self) -> float:
        """Seconds the run has worked, pauses left out."""
        now = self.paused_since if self.paused else time.monotonic()
        return now - self.began - self.paused_seconds

    @property
    def remaining(self) -> float | None:
        """Seconds until the stage ends, as said last and counted down since; None if unknown.

        Below 0 the stage takes longer than was said.
        """
        if self.progress is None or self.progress.remaining is None:
            return None
        return self.progress.remaining - (self.seconds - self.heard_at)


@dataclass(frozen=True)
class RunEnd:
    """How a run ended: "done", "stopped" or "failed", and for a failure what and what to do.

    ``question`` is set where the user can settle it by an answer.
    """

    outcome: str
    until: str
    message: str = ""
    hint: str = ""
    kind: str = ""
    question: ReadingQuestion | None = None


class StudySession(QObject):
    """The study that is open.

    Args:
        folder: Study folder; made if it is not there.
        desk: Worker for short questions, shared by all studies opened one after another.
        runner: Worker for runs.
        device: auto, cpu, cuda or mps.
        workers: Processes that calculate; 0 for one per core.
        parent: Owner.

    Raises:
        StudyError: open elsewhere, not writable, damaged or from a newer version.
    """

    #: An answer changed (also by undo and redo).
    answers_changed = Signal()
    #: The worker wrote something: trials, records, views.
    results_changed = Signal()
    #: A run began, ended, was paused or moved to another stage.
    run_changed = Signal()
    #: How far the running stage is.
    progressed = Signal()
    #: A run ended; carries a `RunEnd`.
    run_ended = Signal(object)
    #: A sentence for the user that changes nothing.
    noticed = Signal(str)
    #: Where networks are trained, or with how many processes, was chosen.
    machine_chosen = Signal()
    #: Something could not be done; sentence and hint.
    failed = Signal(str, str)

    def __init__(
        self,
        folder: Path,
        desk: WorkerBridge,
        runner: WorkerBridge,
        device: str = "auto",
        workers: int = 0,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.folder = folder
        self.desk = desk
        self.runner = runner
        self.device = device
        self.workers = workers
        self.selection = SelectionHub(self)
        self.run: Run | None = None
        #: What the last run could not go on without, until it is answered.
        self.question: ReadingQuestion | None = None
        self._closed = False
        self._estimates = 0
        self._lock: StudyLock = open_in_window(folder)
        try:
            self.draft = Draft.load(folder)
            # From now on this folder is a study, and opens as one.
            self.draft.save()
            self.history = StudyHistory(folder)
            self._follower = LedgerFollower(folder)
            self._read_all()
        except BaseException:
            self._lock.release()
            raise
        self._standing: Standing | None = None
        self._follow = QTimer(self)
        self._follow.timeout.connect(self._read_on)

    # --- answers ----------------------------------------------------------------------

    def value(self, path: str | tuple[str, ...], default: Any = None) -> Any:
        """Return an answer, or the default where there is none."""
        return self.draft.value(path, default)

    def answer(
        self, path: str | tuple[str, ...], value: Any, label: str, *, merge: bool = False
    ) -> None:
        """Give one answer; None takes it back. It is on disk when this returns."""
        self.answer_all({path: value}, label, merge=merge)

    def answer_all(
        self,
        changes: Mapping[str, Any] | Mapping[str | tuple[str, ...], Any],
        label: str,
        *,
        merge: bool = False,
    ) -> None:
        """Give several answers as one step.

        Args:
            changes: Place in the plan → answer.
            label: What was changed, for "Undo …".
            merge: Whether to join the last step of the same label (typing into a field).
        """
        try:
            changed = self.draft.change(changes, label, self.draft.page, merge=merge)
        except DeepBenchError as error:
            # Nothing was changed: controls show again what is on disk.
            self._answers_moved()
            self.failed.emit(error.message, error.hint)
            return
        if changed:
            if self.question is not None and self.question.key in changes:
                self.question = None
            self._answers_moved()

    def undo(self) -> str:
        """Take back the last answer; return the key of its page."""
        page = ""
        with self._told():
            page = self.draft.undo()
            self._answers_moved()
        return page

    def redo(self) -> str:
        """Give again the answer that was taken back last; return the key of its page."""
        page = ""
        with self._told():
            page = self.draft.redo()
            self._answers_moved()
        return page

    def show_page(self, key: str) -> None:
        """Note which page is shown."""
        with self._told():
            self.draft.show(key)

    def _answers_moved(self) -> None:
        self._standing = None
        self.answers_changed.emit()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Say what cannot be done instead of raising into Qt."""
        try:
            yield
        except DeepBenchError as error:
            self.failed.emit(error.message, error.hint)

    # --- results ----------------------------------------------------------------------

    def record(self, stage: str, kind: type[R]) -> R | None:
        """Return what a stage found when it last finished, or None."""
        found: R | None = None
        with self._told():
            found = self.history.record(stage, kind)
        return found

    def view(self, name: str, kind: type[R]) -> R | None:
        """Return a view that a stage stored beside its record, or None."""
        found: R | None = None
        with self._told():
            found = self.history.view(name, kind)
        return found

    def check(self) -> CheckRecord | None:
        """Return what the data check found, with the reasons given so far."""
        found: CheckRecord | None = None
        with self._told():
            found = self.history.check(self.value("check.reasons", {}))
        return found

    def trials(self) -> list[TrialRecord]:
        """Return all trials so far, in the order they finished."""
        return list(self.history.trials.values())

    def standing(self) -> Standing:
        """Return the state of every page."""
        if self._standing is None:
            try:
                self._standing = stand(
                    self.draft, self.history, self.run.stage if self.run is not None else ""
                )
            except DeepBenchError as error:
                # A record that cannot be read: said once, and the pages stay as they were.
                self.failed.emit(error.message, error.hint)
                self._standing = Standing(
                    dict.fromkeys(STAGE_BY_KEY, "blocked"),
                    dict.fromkeys(STAGE_BY_KEY, str(error)),
                )
        return self._standing

    def is_current(self, stage: str) -> bool:
        """Say whether what a stage found belongs to the answers as they are now."""
        return self.standing().states[stage] in ("done", "needs a decision")

    def _read_all(self) -> None:
        while events := self._follower.poll():
            for event in events:
                self.history.add(event)

    def _read_on(self) -> None:
        """Read what the worker has added, a little at a time."""
        try:
            events = self._follower.poll(_LINES_AT_ONCE)
            for event in events:
                self.history.add(event)
        except StudyError as error:
            self._follow.stop()
            self.failed.emit(error.message, error.hint)
            return
        if events:
            self._standing = None
            self.results_changed.emit()
        more = len(events) == _LINES_AT_ONCE
        if more:
            self._follow.start(FOLLOW_QUICKLY_MILLISECONDS)
        elif self.run is None:
            self._follow.stop()
        elif self._follow.interval() != FOLLOW_MILLISECONDS:
            self._follow.start(FOLLOW_MILLISECONDS)

    # --- runs -------------------------------------------------------------------------

    def start_run(self, until: str) -> None:
        """Calculate all stages up to one that are not done, in the worker.

        Args:
            until: Key of the last stage.
        """
        if self.run is not None:
            return
        problem = self.draft.problem()
        if problem is not None:
            self.failed.emit(problem.message, problem.hint)
            return
        with self._told():
            self.draft.note_run(until)
        self._end_estimates()
        self.question = None
        self.run = Run(until, began=time.monotonic())
        request = RunStudy(
            plan_path=None,
            example=None,
            study=str(self.folder),
            until=until,
            workers=self.workers or default_workers(),
            device=self.device,
            answers=self.draft.answers,
            in_window=True,
        )
        self.runner.ask(
            request,
            heard=self._hear,
            done=lambda _: self._end_run(RunEnd("done", until)),
            stopped=lambda: self._end_run(RunEnd("stopped", until)),
            failed=lambda event: self._end_run(_failed(until, event)),
        )
        self._follow.start(FOLLOW_MILLISECONDS)
        self._standing = None
        self.run_changed.emit()

    def estimate_time(
        self, done: Callable[[dict[str, Any]], None], failed: Callable[[JobFailed], None]
    ) -> None:
        """Ask how long each budget would take; a run that is started meanwhile goes before.

        The runner measures it, which nothing else uses between runs: measuring beside a run would
        disturb both.

        Args:
            done: Takes the fields of a `TimeEstimateRecord`.
            failed: Takes what went wrong. Neither is called when a run was started.
        """
        if self.run is not None:
            return
        self._estimates += 1

        def ended(call: Callable[[], None]) -> None:
            self._estimates -= 1
            if not self._closed:
                call()

        self.runner.ask(
            EstimateTime(
                plan_path=None,
                study=str(self.folder),
                workers=self.workers or default_workers(),
                device=self.device,
                answers=self.draft.answers,
                in_window=True,
            ),
            done=lambda result: ended(lambda: done(result)),
            failed=lambda event: ended(lambda: failed(event)),
            stopped=lambda: ended(lambda: None),
        )

    def _end_estimates(self) -> None:
        if self._estimates:
            self.runner.cancel()

    def pause(self) -> None:
        """Pause the run: what is being fitted is finished, nothing new begins."""
        if self.run is not None and not self.run.paused:
            self.run.paused = True
            self.run.paused_since = time.monotonic()
            self.runner.pause()
            self.run_changed.emit()

    def resume(self) -> None:
        """Go on with a paused run."""
        if self.run is not None and self.run.paused:
            self.run.paused_seconds += time.monotonic() - self.run.paused_since
            self.run.paused = False
            self.runner.resume()
            self.run_changed.emit()

    def stop(self) -> None:
        """Stop the run; what is finished is kept."""
        if self.run is not None:
            self.run.stopping = True
            self.runner.cancel()
            self.run_changed.emit()

    def stop_hard(self) -> None:
        """End the worker at once; what is finished is kept."""
        if self.run is not None:
            self.run.stopping = True
            self.runner.kill()
            self.run_changed.emit()

    def _hear(self, event: Event) -> None:
        if self.run is None:
            return
        if isinstance(event, StageStarted):
            self.run.stage = event.key
            self.run.progress = None
            self._standing = None
            self.run_changed.emit()
        elif isinstance(event, Progress):
            self.run.progress = event
            self.run.heard_at = self.run.seconds
            self.progressed.emit()
        elif isinstance(event, StageFinished):
            self.run.stage = ""
            self._standing = None
            self._read_on()
        elif isinstance(event, Notice):
            self.noticed.emit(event.text)

    def _end_run(self, end: RunEnd) -> None:
        stopped = self.run is not None and self.run.stopping
        self.run = None
        self._standing = None
        if self._closed:
            return
        if stopped and end.kind in ("worker died", "WorkerError"):
            end = RunEnd("stopped", end.until)
        self.question = end.question
        with self._told():
            self.draft.note_run("")
        # What the run wrote last is shown together with its end.
        with self._told():
            self._read_all()
        self._standing = None
        self.results_changed.emit()
        self.run_changed.emit()
        self.run_ended.emit(end)

    @property
    def interrupted_run(self) -> str:
        """Stage up to which a run was under way when the program ended; empty when none."""
        return "" if self.run is not None else self.draft.run_until

    def forget_interrupted_run(self) -> None:
        """Do not offer to continue any more."""
        with self._told():
            self.draft.note_run("")

    # --- short questions --------------------------------------------------------------

    def ask(
        self,
        request: JobRequest,
        done: Callable[[dict[str, Any]], None],
        failed: Callable[[JobFailed], None] | None = None,
        heard: Callable[[Event], None] | None = None,
    ) -> None:
        """Ask the desk; the answer comes later, unless the study was closed meanwhile.

        Args:
            request: What to find out.
            done: Takes the answer.
            failed: Takes what went wrong, also that it was stopped; it is shown as a message if
                None.
            heard: Takes what is told on the way.
        """

        def answered(result: dict[str, Any]) -> None:
            if not self._closed:
                done(result)

        def went_wrong(event: JobFailed) -> None:
            if self._closed:
                return
            if failed is not None:
                failed(event)
            else:
                self.failed.emit(event.message, event.hint)

        stopped = JobFailed("Cancelled", STOPPED, "", Cancelled.exit_code)

        def listened(event: Event) -> None:
            if heard is not None and not self._closed:
                heard(event)

        self.desk.ask(
            request,
            done=answered,
            failed=went_wrong,
            stopped=lambda: went_wrong(stopped),
            heard=listened,
        )

    # --- what leaves (deepbench_ui.plots.outlet.Outlet) -----------------------------------

    def let_out(  # noqa: PLR0913 - what leaves, where to, and who hears of it
        self,
        *,
        kind: str,
        title: str,
        suffix: str,
        content: bytes,
        per_sample: bool,
        destination: str,
        on_done: Callable[[str], None],
        on_refused: Callable[[str], None],
        shown: bytes = b"",
    ) -> None:
        """Ask the gate to let something out that the window shows.

        Args:
            kind: figure, table or text.
            title: What it is called in the ledger.
            suffix: Format of the content.
            content: The bytes.
            per_sample: Whether it shows single samples.
            destination: File to write, or "clipboard".
            on_done: Takes the destination when it has left.
            on_refused: Takes the sentence that says why it may not.
            shown: Numbers and texts of a figure, as CSV.
        """
        request = LetOut(
            study=str(self.folder),
            kind=kind,
            title=title,
            suffix=suffix,
            content=base64.b64encode(content).decode("ascii"),
            destination=destination,
            per_sample=per_sample,
            shown=base64.b64encode(shown).decode("ascii"),
        )
        self.ask(
            request,
            lambda result: on_done(str(result["output"])),
            lambda event: on_refused(f"{event.message} {event.hint}".strip()),
        )

    def export(
        self,
        what: str,
        output: str,
        done: Callable[[str], None],
        refused: Callable[[str], None],
        *,
        into: bool = False,
        seen: str = "",
    ) -> None:
        """Ask the gate to let an export out (`ExportStudy`).

        Args:
            what: Name of the export.
            output: File to write, or the folder to make a new folder in.
            done: Takes what was written.
            refused: Takes the sentence that says why nothing was.
            into: Whether `output` is such a folder.
            seen: Seal of the files that were shown: those are written or none.
        """
        place = {"into": output} if into else {"output": output}
        self.ask(
            ExportStudy(str(self.folder), what, in_window=True, seen=seen, **place),
            lambda result: done(str(result["output"])),
            lambda event: refused(f"{event.message} {event.hint}".strip()),
        )

    def predict(
        self,
        table: str,
        output: str,
        done: Callable[[dict[str, Any]], None],
        refused: Callable[[JobFailed], None],
    ) -> None:
        """Apply the finished model to new samples."""
        self.ask(Predict(str(self.folder), table, output, in_window=True), done, refused)

    def write_report(
        self, output: str, done: Callable[[str], None], refused: Callable[[str], None]
    ) -> None:
        """Let the report out."""
        self.ask(
            WriteReport(str(self.folder), output, in_window=True),
            lambda result: done(str(result["output"])),
            lambda event: refused(f"{event.message} {event.hint}".strip()),
        )

    def choose_file(
        self, parent: QWidget, title: str, suggested_name: str, suffixes: tuple[str, ...]
    ) -> str:
        """Ask for the name of a file to write; an empty text when cancelled."""
        filters = ";;".join(f"{suffix.upper()} (*.{suffix})" for suffix in suffixes)
        start = str(self.folder.parent / suggested_name)
        name, chosen = QFileDialog.getSaveFileName(parent, title, start, filters)
        if name and not Path(name).suffix and chosen:
            name += "." + chosen.partition(" ")[0].lower()
        return name

    def choose_folder(self, parent: QWidget, title: str) -> str:
        """Ask for a folder to write into; an empty text when cancelled."""
        return QFileDialog.getExistingDirectory(parent, title, str(self.folder.parent))

    # --- closing ----------------------------------------------------------------------

    def close(self) -> None:
        """Stop everything and let others open the study. Answers are on disk already."""
        if self._closed:
            return
        self._closed = True
        self._follow.stop()
        if self.run is not None:
            # The run is offered again when the study is opened next.
            self.runner.kill()
        self._end_estimates()
        self._lock.release()


def _failed(until: str, event: JobFailed) -> RunEnd:
    """Return how a run ended that could not go on."""
    asked = event.question
    question = ReadingQuestion.model_validate(asked) if asked is not None else None
    return RunEnd("failed", until, event.message, event.hint, event.kind, question)
