"""How light the window is: first paint, longest stalls of its event loop, memory, stopping.

    python benchmarks/ui_stalls.py --runs 5
    python benchmarks/ui_stalls.py --runs 3 --phases paint,table --stacks

The real window is opened without a screen, in a process and with settings of its own, and is
driven by its named buttons. A timer of 5 ms in that process notes the longest time between two of
its ticks in each phase: so long the window stood still. Targets, on an otherwise idle machine of
two cores: first paint under 1 s (second start), under 100 MB, longest stall of a phase at most
50 ms (median of the runs) and 100 ms (worst), Stop answered in less than 1 s.

"Of it work" is the longest time that the window calculated between two ticks: on a busy machine
the rest is waiting for a processor, and "nothing to do" shows how long that takes. RSS is resident
memory, "own" the part of it that is no file of a library (Linux).
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

#: Names of the phases in their order. Each run is one process of the window.
PHASES = {
    "paint": "first paint",
    "idle": "nothing to do",
    "example": "open the example",
    "pages": "open every page",
    "steps": "steps 3 to 6 of it",
    "training": "training (baselines)",
    "stop": "Stop",
    "table": "preview of 1,000 x 20,000",
    "import": "import of it",
    "sheet": "sample sheet of it",
    "shap": "interpretation (SHAP)",
    "results": "every page, with results",
}
ROWS, COLUMNS = 1_000, 20_000
TICK_MILLISECONDS = 5
LONG_MILLISECONDS = 30
PATIENCE_SECONDS = 300.0
_INSIDE = "--inside"


# --- inside the window's process: nothing but what the window loads anyway -------------------


def memory() -> tuple[float, float]:
    """Return resident memory of this process and the part that is no file, in MB."""
    try:
        text = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        import psutil

        return psutil.Process().memory_info().rss / 1e6, float("nan")
    found = dict(line.split(":", 1) for line in text.splitlines() if line.startswith("Rss"))
    anonymous = int(found["RssAnon"].split()[0])
    files = int(found["RssFile"].split()[0]) + int(found["RssShmem"].split()[0])
    return (anonymous + files) / 1024, anonymous / 1024


class Meter:
    """Notes the longest stall, its moment, and memory, phase by phase."""

    def __init__(self, stacks: bool) -> None:
        self.phase = ""
        self.found: dict[str, dict] = {}
        self._last = self._began = self._worked = 0.0
        self._ticks = 0
        self.sampler = Sampler(self) if stacks else None

    @property
    def last(self) -> float:
        """Moment of the last tick."""
        return self._last

    def begin(self, phase: str) -> None:
        """End the phase before and begin another."""
        self.end()
        self.phase = phase
        self._began = self._last = time.perf_counter()
        self._worked = time.thread_time()
        self.found[phase] = {"stall": 0.0, "work": 0.0, "stalls": [], "rss": 0.0, "own": 0.0}

    def end(self) -> None:
        """End the phase."""
        if self.phase:
            self._weigh()
            self.found[self.phase]["seconds"] = time.perf_counter() - self._began
            self.phase = ""

    def tick(self) -> None:
        """The event loop is back: how long was it away?"""
        now = time.perf_counter()
        self._ticks += 1
        if self.phase:
            stall = 1000 * (now - self._last)
            work = 1000 * (time.thread_time() - self._worked)
            found = self.found[self.phase]
            found["stall"] = max(found["stall"], stall)
            found["work"] = max(found["work"], work)
            places = self.sampler.places() if self.sampler else ""
            if stall >= LONG_MILLISECONDS:
                moment = round(now - self._began, 2)
                found["stalls"].append([round(stall), round(work), moment, places])
            if self._ticks % 20 == 0:
                self._weigh()
        self._last = time.perf_counter()
        self._worked = time.thread_time()

    def note(self, name: str, value: float) -> None:
        """Note a figure of this phase."""
        self.found[self.phase][name] = value

    def _weigh(self) -> None:
        rss, own = memory()
        found = self.found[self.phase]
        if rss > found["rss"]:
            found["rss"], found["own"] = rss, own


class Sampler:
    """Looks from a thread at what the window is doing while it stands still."""

    def __init__(self, meter: Meter) -> None:
        import threading

        self._meter = meter
        self._main = threading.main_thread().ident
        self._seen: list[tuple[float, str]] = []
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while True:
            time.sleep(0.002)
            if time.perf_counter() - self._meter.last > 0.012:
                frame = sys._current_frames().get(self._main or 0)
                lines = []
                while frame is not None and len(lines) < 9:
                    code = frame.f_code
                    lines.append(f"{Path(code.co_filename).name}:{frame.f_lineno} {code.co_name}")
                    frame = frame.f_back
                self._seen.append((time.perf_counter(), " < ".join(lines)))

    def places(self) -> str:
        """Return where the window was during the stall that ends now, most frequent first."""
        counts: dict[str, int] = {}
        for _, place in self._seen:
            counts[place] = counts.get(place, 0) + 1
        self._seen.clear()
        best = sorted(counts.items(), key=lambda item: -item[1])[:6]
        return "\n".join(f"        {count}x {place}" for place, count in best)


class Story:
    """What a user does, phase by phase; a generator that yields what to wait for."""

    def __init__(self, window: object, meter: Meter, order: dict[str, str]) -> None:
        from PySide6.QtCore import QTimer

        self.window: object = window
        self.meter = meter
        self.phases = order["phases"].split(",")
        self.place = Path(order["place"])
        self.order = order
        self._steps = self._tell()
        self._wait = None
        self._deadline = 0.0
        self._timer = QTimer()
        self._timer.setTimerType(_precise())
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK_MILLISECONDS)

    def _tick(self) -> None:
        self.meter.tick()
        if self._wait is not None and not self._wait():
            if time.perf_counter() > self._deadline:
                self._end(f"waited in vain in phase {self.meter.phase}: {self._told()}")
            return
        self._wait = None
        try:
            self._wait = next(self._steps)
            self._deadline = time.perf_counter() + PATIENCE_SECONDS
        except StopIteration:
            self._end("")
        except Exception as error:
            import traceback

            self._end("".join(traceback.format_exception(error)))

    def _end(self, problem: str) -> None:
        self._timer.stop()
        self.meter.end()
        report = {"problem": problem, "phases": self.meter.found}
        Path(self.order["report"]).write_text(json.dumps(report), encoding="utf-8")
        self.window.close_without_asking()

    # --- small things a user does -------------------------------------------------------

    def _told(self) -> str:
        page = self.window.current_page
        return f"{page.key if page else 'welcome'}: {self.window.message.text}"

    def _find(self, name: str):
        from PySide6.QtWidgets import QApplication, QWidget

        for top in QApplication.topLevelWidgets():
            for widget in top.findChildren(QWidget, name):
                if widget.isVisible():
                    return widget
        return None

    def _clicks(self, name: str):
        """Press a button as soon as it can be pressed."""
        yield lambda: (button := self._find(name)) is not None and button.isEnabled()
        self._find(name).click()

    def _runs(self):
        """Press the step's button; wait for the end of the run."""
        self._ended = []
        self.window.session.run_ended.connect(self._ended.append)
        yield from self._clicks("footer.run")
        yield lambda: self.window.session.run is not None

    def _done(self):
        yield lambda: bool(self._ended)
        self.window.session.run_ended.disconnect(self._ended.append)
        end = self._ended[0]
        if end.outcome not in ("done", "stopped"):
            raise RuntimeError(f"The run failed: {end.message} {end.hint}")

    def _quiet(self, seconds: float = 0.7):
        """Wait until short questions are answered, and a little longer."""
        yield lambda: not self.window.desk.busy
        until = time.perf_counter() + seconds
        yield lambda: time.perf_counter() > until
        yield lambda: not self.window.desk.busy

    def _opens(self, name: str, button: str):
        """Make a study with a button of the first page."""
        from PySide6.QtCore import QTimer

        # The dialog is modal: the click returns when it is closed, and the timer goes on in it.
        yield lambda: self._find(button) is not None
        QTimer.singleShot(0, self._find(button).click)
        yield lambda: self._find("new.create") is not None
        self._find("new.name").setText(name)
        self._find("new.folder").setText(str(self.place))
        yield lambda: self._find("new.create").isEnabled()
        QTimer.singleShot(0, self._find("new.create").click)
        yield lambda: self.window.session is not None

    # --- the story ------------------------------------------------------------------------

    def _tell(self):
        for phase, told in (
            (("idle",), self._idle),
            (("example", "pages", "training", "stop"), self._example),
            (("table", "import", "sheet"), self._table),
            (("shap", "results"), self._results),
        ):
            if any(part in self.phases for part in phase):
                yield from told()

    def _idle(self):
        yield from self._quiet(1.5)
        self.meter.begin("idle")
        yield from self._quiet(3.0)
        self.meter.end()

    def _example(self):
        self.meter.begin("example")
        yield from self._opens("Example", "welcome.example.wisconsin")
        yield from self._quiet()
        if "pages" in self.phases:
            self.meter.begin("pages")
            yield from self._every_page()
        if "training" in self.phases:
            self.meter.begin("steps")
            for key in ("import", "sample-sheet", "check", "split"):
                self.window.show_page(key)
                yield from self._quiet()
                yield from self._runs()
                yield from self._done()
            yield from self._quiet()
            self.meter.end()
            self.window.show_page("baselines")
            yield from self._quiet()
            self.meter.begin("training")
            yield from self._runs()
            session = self.window.session
            yield lambda: len(session.trials()) >= 12
            yield from self._cancel()
            self.meter.begin("training")
            yield from self._runs()
            yield from self._done()
            yield from self._quiet()
        self.meter.end()
        self.window.close_study()

    def _cancel(self):
        training = self.meter.found["training"]
        self.meter.begin("stop")
        pressed = time.perf_counter()
        yield from self._clicks("run.stop")
        yield from self._done()
        self.meter.note("answered", time.perf_counter() - pressed)
        yield from self._quiet()
        self.meter.end()
        self.meter.found["training, before Stop"] = training

    def _table(self):
        yield from self._opens("Wide", "welcome.new")
        session = self.window.session
        session.answer("privacy.level", "public", "level")
        self.window.show_page("import")
        yield from self._quiet()
        self.meter.begin("table")
        page = self.window.current_page
        page.use_file(self.order["table"])
        yield lambda: page._preview is not None
        yield from self._quiet()
        if "import" in self.phases:
            self.meter.begin("import")
            session.answer("question.outcome", "group", "outcome")
            yield from self._quiet()
            yield from self._runs()
            yield from self._done()
            yield from self._quiet()
        if "sheet" in self.phases:
            self.meter.begin("sheet")
            self.window.show_page("sample-sheet")
            yield from self._quiet(1.5)
        self.meter.end()
        self.window.close_study()

    def _results(self):
        self.window.open_study(Path(self.order["study"]))
        yield lambda: self.window.session is not None
        yield from self._quiet()
        if "shap" in self.phases:
            self.window.show_page("interpretation")
            yield from self._quiet()
            self.meter.begin("shap")
            yield from self._runs()
            yield from self._done()
            yield from self._quiet()
        if "results" in self.phases:
            self.meter.begin("results")
            yield from self._every_page()
        self.meter.end()
        self.window.close_study()

    def _every_page(self):
        from deepbench_ui.pages.registry import PAGES

        for entry in PAGES:
            self.window.show_page(entry.key)
            yield from self._quiet(0.3)


def _precise():
    from PySide6.QtCore import Qt

    return Qt.TimerType.PreciseTimer


def inside(order: dict[str, str]) -> int:
    """Open the window as the program does, watched."""
    from deepbench_ui.lean import load_lean

    load_lean()
    from deepbench_ui import __main__ as program
    from deepbench_ui import app

    meter = Meter(order["stacks"] == "yes")
    stories = []

    class Watched(app.MainWindow):
        """The window, which says when it was first painted."""

        def paintEvent(self, event: object) -> None:  # noqa: N802
            super().paintEvent(event)
            if not stories:
                from PySide6.QtCore import QTimer

                stories.append(None)
                # The end of painting: all that belongs to the window is drawn by then.
                QTimer.singleShot(0, self, self.told)

        def told(self) -> None:
            """Note the first paint and begin."""
            meter.begin("paint")
            meter.note("answered", time.time() - float(order["began"]))
            meter.end()
            stories[0] = Story(self, meter, order)

    app.MainWindow = Watched
    return program.main(["--config", order["config"]])


# --- outside: preparing, starting, adding up ---------------------------------------------------


def write_table(path: Path) -> None:
    """Write numbers of 1,000 samples x 20,000 columns with two groups."""
    import random

    generator = random.Random(1)
    with path.open("w", encoding="utf-8") as stream:
        stream.write("sample,group," + ",".join(f"g{n}" for n in range(COLUMNS - 2)) + "\n")
        # One long row, turned a little for each sample: quick to write, and no two are equal.
        cells = [f"{generator.gauss(0, 1):.4f}" for _ in range(COLUMNS - 2 + 7 * ROWS)]
        for number in range(ROWS):
            row = cells[7 * number : 7 * number + COLUMNS - 2]
            stream.write(f"s{number},{'AB'[number % 2]}," + ",".join(row) + "\n")


def prepare_study(study: Path) -> None:
    """Calculate the example up to the test set, as the command line does."""
    import subprocess

    command = [sys.executable, "-m", "deepbench", "run", "--example", "wisconsin"]
    subprocess.run([*command, "--until", "test", "--study", str(study)], check=True)


def start_window(place: Path, phases: str, stacks: bool, study: Path | None) -> dict:
    """Open the window once, wait until it is closed, and return what it noted."""
    import shutil
    import subprocess

    run = place / f"run-{time.time_ns()}"
    run.mkdir()
    order = {
        "phases": phases,
        "place": str(run),
        "config": str(run / "config"),
        "report": str(run / "report.json"),
        "table": str(place / "wide.csv"),
        "study": str(run / "Interpreted.deepbench"),
        "stacks": "yes" if stacks else "no",
    }
    if study is not None:
        shutil.copytree(study, order["study"])
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    # Compiled once and kept, as where the program is installed.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = str(place / "compiled")
    order["began"] = repr(time.time())
    command = [sys.executable, str(Path(__file__).resolve()), _INSIDE, json.dumps(order)]
    window = subprocess.run(command, env=environment, stderr=subprocess.PIPE, check=False)
    report = Path(order["report"])
    if window.returncode or not report.exists():
        crash = Path(order["config"]) / "native-crash.txt"
        said = crash.read_text(encoding="utf-8") if crash.exists() else window.stderr.decode()
        raise SystemExit(f"The window ended by itself ({window.returncode}):\n{said}")
    found = json.loads(report.read_text(encoding="utf-8"))
    if found["problem"]:
        raise SystemExit(found["problem"])
    seconds = time.time() - float(order["began"])
    print(f"a window was open for {seconds:.0f} s", file=sys.stderr, flush=True)
    shutil.rmtree(run)
    return found["phases"]


def print_table(runs: list[dict], load: float) -> None:
    """Print median and worst of each phase."""
    import statistics

    print(f"{len(runs)} runs; load of the machine before: {load:.2f}", end="")
    print("; not idle, so stalls are not the window's alone" if load > 0.3 else "")
    head = f"{'':<26}{'stall, ms':>18}{'of it work':>18}{'peak, MB':>16}{'answer, s':>20}"
    print(f"{head}\n{'phase':<26}" + 2 * f"{'median':>9}{'worst':>9}", end="")
    print(f"{'RSS':>8}{'own':>8}", end="")
    print(f"{'median':>12}{'worst':>8}")
    for name in dict.fromkeys([*PHASES, *runs[0]]):
        found = [run[name] for run in runs if name in run]
        if not found:
            continue
        line = f"{PHASES.get(name, name):<26}"
        for figure in ("stall", "work"):
            times = [part[figure] for part in found]
            seen = f"{statistics.median(times):9.0f}{max(times):9.0f}"
            line += seen if name != "paint" else " " * len(seen)
        for figure in ("rss", "own"):
            line += f"{max(part[figure] for part in found):8.1f}"
        answers = [part["answered"] for part in found if "answered" in part]
        if answers:
            line += f"{statistics.median(answers):12.2f}{max(answers):8.2f}"
        print(line)


def print_stalls(runs: list[dict]) -> None:
    """Print the long stalls of the last run, with where the window was."""
    for name, found in runs[-1].items():
        for stall, work, moment, places in found["stalls"]:
            print(f"  {name}: {stall} ms ({work} ms of work) at {moment} s")
            if places:
                print(places)


def main() -> None:
    """Start the window several times and print the table."""
    import argparse
    import tempfile

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--phases", default=",".join(PHASES), help=", ".join(PHASES))
    parser.add_argument("--study", type=Path, help="the example, calculated up to the test set")
    parser.add_argument("--stacks", action="store_true", help="say where stalls happen")
    parser.add_argument("--json", type=Path, help="file for all that was noted")
    options = parser.parse_args()
    wanted = options.phases.split(",")
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        study = options.study
        if "table" in wanted or "import" in wanted or "sheet" in wanted:
            write_table(place / "wide.csv")
        if study is None and ("shap" in wanted or "results" in wanted):
            study = place / "example.deepbench"
            prepare_study(study)
        load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
        start_window(place, "example,pages", False, None)  # warms disk and compiled modules
        runs = [
            start_window(place, options.phases, options.stacks, study) for _ in range(options.runs)
        ]
    print_table(runs, load)
    if options.stacks:
        print_stalls(runs)
    if options.json:
        options.json.write_text(json.dumps({"load": load, "runs": runs}), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == [_INSIDE]:
        raise SystemExit(inside(json.loads(sys.argv[2])))
    main()
