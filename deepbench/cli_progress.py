"""What the command line shows while a job runs: JSON lines, plain lines or a live display.

`RunState` is what is shown, as a record; the displays only draw it.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TextIO

from deepbench import messages
from deepbench.messages import (
    Event,
    Notice,
    Progress,
    StageFinished,
    StageSkipped,
    StageStarted,
    TrialFinished,
)

if TYPE_CHECKING:
    from rich.console import RenderableType

PLAIN_SECONDS = 5.0
Clock = Callable[[], float]


def write_line(stream: TextIO | None, text: str) -> None:
    """Write a line. When nobody reads any more the text is dropped: the run matters more."""
    if stream is None:
        return
    try:
        stream.write(f"{text}\n")
        stream.flush()
    except (OSError, ValueError):
        # What is still buffered would raise again when Python exits.
        with contextlib.suppress(OSError, ValueError):
            sink = os.open(os.devnull, os.O_WRONLY)
            os.dup2(sink, stream.fileno())
            os.close(sink)


@dataclass(frozen=True)
class RunState:
    """How far a run is.

    Attributes:
        stage: Number of the stage.
        stages: Number of the last stage.
        title: Title of the stage.
        what: What is being done.
        done: Steps done in the stage.
        total: Steps of the stage, 0 when not known.
        best: Best score so far, in words.
        elapsed: Seconds since the job began.
        remaining: Seconds until the stage ends, or None.
        trials: Trials finished in the stage.
    """

    stage: int = 0
    stages: int = 0
    title: str = "Starting"
    what: str = ""
    done: int = 0
    total: int = 0
    best: str = ""
    elapsed: float = 0.0
    remaining: float | None = None
    trials: int = 0

    def after(self, event: Event) -> RunState:
        """Return the state after an event."""
        match event:
            case StageStarted():
                return RunState(event.number, event.total, event.title, "", elapsed=self.elapsed)
            case Progress():
                return replace(
                    self,
                    what=event.what,
                    done=event.done,
                    total=event.total,
                    best=event.best,
                    elapsed=event.elapsed,
                    remaining=event.remaining,
                )
            case TrialFinished():
                return replace(self, trials=self.trials + 1)
            case _:
                return self

    @property
    def heading(self) -> str:
        """Stage and title."""
        return f"Stage {self.stage}/{self.stages} {self.title}" if self.stages else self.title

    def details(self, since_event: float = 0.0) -> str:
        """Say what is done, step, best score and times.

        Args:
            since_event: Seconds since the last event, added to the time elapsed.
        """
        parts = [self.what] if self.what else []
        if self.total:
            parts.append(f"{self.done} of {self.total}")
        if self.trials:
            parts.append(f"{self.trials} trials" if self.trials > 1 else "1 trial")
        if self.best:
            parts.append(f"best {self.best}")
        parts.append(f"{duration(self.elapsed + since_event)} elapsed")
        if self.remaining is not None:
            left = max(0.0, self.remaining - since_event)
            parts.append(f"about {duration(left)} left in this stage")
        return ", ".join(parts)


def duration(seconds: float) -> str:
    """Return seconds as ``0:01:23``."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def milestone(event: Event, stages: int) -> str:
    """Return the line that stays on the screen for an event, or an empty string."""
    of_all = f"/{stages}" if stages else ""
    match event:
        case StageFinished():
            said = f": {event.sentence}" if event.sentence else ""
            return f"Stage {event.number}{of_all} done in {duration(event.seconds)}{said}"
        case StageSkipped():
            return f"Stage {event.number}{of_all} {event.key}: {event.reason}"
        case Notice():
            return event.text
        case _:
            return ""


class Display(Protocol):
    """Shows a running job."""

    def show(self, event: Event) -> None:
        """Take an event."""

    def say(self, text: str) -> None:
        """Show a sentence of the command line itself."""

    def tick(self) -> None:
        """Take the passing of time; called several times a second."""

    def close(self) -> None:
        """Leave the screen in order."""


class EventLines:
    """Every event as a line of JSON on ``stream``; sentences go to ``aside``."""

    def __init__(self, stream: TextIO | None, aside: TextIO | None) -> None:
        self._stream = stream
        self._aside = aside

    def show(self, event: Event) -> None:
        """Write the event."""
        write_line(self._stream, messages.encode(event).decode("ascii"))

    def say(self, text: str) -> None:
        """Write a sentence of the command line itself, apart from the events."""
        write_line(self._aside, text)

    def tick(self) -> None:
        """Do nothing: programs have a clock of their own."""

    def close(self) -> None:
        """Do nothing: every line is written at once."""


class PlainLines:
    """A line per milestone, and one every few seconds: for files, pipes and simple terminals."""

    def __init__(self, stream: TextIO | None, clock: Clock = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._state = RunState()
        self._event_at = self._line_at = clock()

    def show(self, event: Event) -> None:
        """Take an event; write it if it is a milestone."""
        self._state = self._state.after(event)
        self._event_at = self._clock()
        if isinstance(event, StageStarted):
            self.say(self._state.heading)
        elif line := milestone(event, self._state.stages):
            self.say(line)

    def say(self, text: str) -> None:
        """Write a line."""
        self._line_at = self._clock()
        write_line(self._stream, text)

    def tick(self) -> None:
        """Write how far the job is when nothing was written for some seconds."""
        now = self._clock()
        if now - self._line_at >= PLAIN_SECONDS:
            details = self._state.details(now - self._event_at)
            self.say(f"{self._state.heading}: {details}")

    def close(self) -> None:
        """Do nothing: every line is written at once."""


class LiveDisplay:
    """A heading, a bar and a line of details that change in place; milestones scroll above."""

    def __init__(self, stream: TextIO, clock: Clock = time.monotonic) -> None:
        # Only where it is drawn: rich takes longer to import than the rest of the command line.
        from rich.console import Console
        from rich.live import Live

        self._clock = clock
        self._state = RunState()
        self._event_at = clock()
        self._console = Console(file=stream, highlight=False, markup=False, emoji=False)
        self._live = Live(
            self._picture(),
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._broken = False
        self._draw(self._live.start)

    def show(self, event: Event) -> None:
        """Take an event; a milestone goes above the display."""
        self._state = self._state.after(event)
        self._event_at = self._clock()
        if line := milestone(event, self._state.stages):
            self.say(line)

    def say(self, text: str) -> None:
        """Write a line above the display."""
        # rich repeats the last picture below what is printed, so it has to be the present one.
        self.tick()
        self._draw(lambda: self._console.print(text))

    def tick(self) -> None:
        """Draw again."""
        self._draw(lambda: self._live.update(self._picture(), refresh=True))

    def close(self) -> None:
        """Take the display off the screen."""
        self._draw(self._live.stop)

    def _draw(self, action: Callable[[], None]) -> None:
        """Draw until the terminal is gone; the run goes on without it."""
        if self._broken:
            return
        try:
            action()
        except (OSError, ValueError):
            self._broken = True

    def _picture(self) -> RenderableType:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        state = self._state
        since = self._clock() - self._event_at
        bar = ProgressBar(
            total=state.total or None,
            completed=state.done,
            width=40,
            pulse=not state.total,
            animation_time=since,
        )
        line = Table.grid()  # a bar alone does not end its line
        line.add_row(bar)
        return Group(Text(state.heading, style="bold"), line, Text(state.details(since)))


def choose_display(events: bool, out: TextIO | None, err: TextIO | None) -> Display:
    """Return JSON lines if asked for, a live display on a terminal, plain lines elsewhere."""
    if events:
        return EventLines(out, err)
    if err is not None and err.isatty() and os.environ.get("TERM", "") not in ("dumb", "unknown"):
        return LiveDisplay(err)
    return PlainLines(err)
