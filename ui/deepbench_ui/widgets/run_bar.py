"""The bar that shows a run on every page: step, what is being done, time, Pause, Stop."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from deepbench.workflow import STAGE_BY_KEY
from deepbench_ui.session import Run
from deepbench_ui.theme import icon, theme

PAUSE, RESUME, STOP, STOP_NOW = "Pause", "Resume", "Stop", "Stop at Once"
PREPARING = "Preparing the calculation"
STOPPING = "Stopping; what is finished is kept"
PAUSED = "Paused. What was being fitted is finished first; nothing new begins"
ELAPSED = "{time} elapsed"
LEFT, OVERDUE = ", about {time} left in this step", ", nearly done or taking longer than expected"
STUCK = "The calculation does not answer. Stop it at once and start again: nothing shown is lost"
#: After so long without an end to a stop, stopping at once is offered.
STOP_PATIENCE_MILLISECONDS = 3000
_SCALE = 1000


def spell_time(seconds: float) -> str:
    """Return a duration as ``0:07``, ``12:34`` or ``1:02:03``."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, last = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{last:02}" if hours else f"{minutes}:{last:02}"


class RunBar(QFrame):
    """Progress of the run, with its controls."""

    pause = Signal()
    resume = Signal()
    stop = Signal()
    stop_hard = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run")
        self.setProperty("kind", "runbar")
        self._run: Run | None = None
        self._stuck = False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 8, 16, 8)
        outer.setSpacing(6)
        self.what = QLabel()
        self.what.setObjectName("run.what")
        self.what.setWordWrap(True)
        self.times = QLabel()
        self.times.setObjectName("run.times")
        self.times.setProperty("role", "muted")
        self.bar = QProgressBar()
        self.bar.setObjectName("run.progress")
        self.bar.setAccessibleName("Progress of this step")
        self.bar.setTextVisible(False)
        self.pause_button = QPushButton(PAUSE)
        self.pause_button.setObjectName("run.pause")
        self.stop_button = QPushButton(STOP)
        self.stop_button.setObjectName("run.stop")
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.what, 1)
        row.addWidget(self.pause_button)
        row.addWidget(self.stop_button)
        outer.addLayout(row)
        below = QHBoxLayout()
        below.setSpacing(12)
        below.addWidget(self.bar, 1)
        below.addWidget(self.times)
        outer.addLayout(below)
        self.pause_button.clicked.connect(self._pause_or_resume)
        self.stop_button.clicked.connect(self._stop)
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self.show_progress)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(STOP_PATIENCE_MILLISECONDS)
        self._patience.timeout.connect(self._offer_hard_stop)
        theme().changed.connect(self._paint)
        self._paint()
        self.hide()

    def show_run(self, run: Run | None) -> None:
        """Show a run, or hide when there is none."""
        self._run = run
        self.setVisible(run is not None)
        if run is None:
            self._clock.stop()
            self._patience.stop()
            return
        if not self._clock.isActive():
            self._clock.start()
        self.pause_button.setText(RESUME if run.paused else PAUSE)
        self.pause_button.setEnabled(not run.stopping)
        if not run.stopping:
            self.stop_button.setText(STOP_NOW if self._stuck else STOP)
            self.stop_button.setEnabled(True)
        self._paint()
        self.show_progress()

    def show_stuck(self, stuck: bool) -> None:
        """Say that the process does not answer, or that it does again."""
        self._stuck = stuck
        self.show_run(self._run)

    def show_progress(self) -> None:
        """Show how far the stage is."""
        run = self._run
        if run is None:
            return
        progress = run.progress
        stage = STAGE_BY_KEY.get(run.stage)
        if progress is not None and progress.total > 0:
            self.bar.setRange(0, _SCALE)
            self.bar.setValue(round(_SCALE * min(1.0, progress.done / progress.total)))
        else:
            self.bar.setRange(0, 0)
        place = f"Step {stage.number}, {stage.title}" if stage else PREPARING
        details = [place]
        if self._stuck:
            details = [STUCK]
        elif run.stopping:
            details = [STOPPING]
        elif run.paused:
            details.append(PAUSED)
        elif progress is not None:
            details += [part for part in (progress.what, progress.best) if part]
        self.what.setText(" · ".join(details))
        times = ELAPSED.format(time=spell_time(run.seconds))
        left = run.remaining
        if left is not None and not run.paused:
            times += LEFT.format(time=spell_time(left)) if left >= 1.0 else OVERDUE
        self.times.setText(times)

    def _pause_or_resume(self) -> None:
        if self._run is not None:
            (self.resume if self._run.paused else self.pause).emit()

    def _stop(self) -> None:
        if self.stop_button.text() == STOP_NOW:
            self.stop_button.setEnabled(False)
            self.stop_hard.emit()
            return
        self.stop_button.setEnabled(False)
        self._patience.start()
        self.stop.emit()

    def _offer_hard_stop(self) -> None:
        if self._run is not None:
            self.stop_button.setText(STOP_NOW)
            self.stop_button.setEnabled(True)

    def _paint(self) -> None:
        paused = self._run is not None and self._run.paused
        self.pause_button.setIcon(icon("resume" if paused else "pause"))
        self.stop_button.setIcon(icon("stop"))
