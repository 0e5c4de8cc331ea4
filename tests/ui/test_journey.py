"""From Start to Export in the real window, with mouse and keyboard; then with everything that
goes wrong on the way. At the end the user has the right study, and no answer is lost.
"""  # noqa: D205

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PySide6.QtWidgets import QDialog

from deepbench.study.folder import Study
from deepbench_ui.settings import CONFIG_VARIABLE
from tests.ui.driving import Driver

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    monkeypatch.setenv(CONFIG_VARIABLE, str(folder))
    return folder


@pytest.fixture
def driver(config: Path, qapp: object) -> Iterator[Driver]:
    made = Driver(config)
    yield made
    made.close()


def table(folder: Path) -> Path:
    """Write a table with a signal: 90 patients, three of six proteins differ."""
    generator = np.random.default_rng(4)
    condition = np.arange(90) % 2
    values = generator.normal(size=(90, 6)) + np.outer(condition, [1.4, 1.1, 0.9, 0, 0, 0])
    lines = ["Patient ID;Condition;" + ";".join(f"Protein {n}" for n in range(1, 7))]
    for number, (group, row) in enumerate(zip(condition, values, strict=True), start=1):
        cells = ";".join(f"{value:.3f}".replace(".", ",") for value in row)
        lines.append(f"P{number:03};{'case' if group else 'control'};{cells}")
    path = folder / "Proteine Köln.csv"
    path.write_text("\n".join(lines) + "\n", encoding="cp1252")
    return path


def answer_plan(driver: Driver) -> None:
    """Steps 0 to 2."""
    driver.on_page("start")
    driver.click("start.level.public")
    driver.type("start.reason", "Made up for a test")
    driver.next("question")
    driver.type("question.outcome.text", "Condition")
    driver.type("question.organism", "human")
    driver.type("question.useful-score", "0,7")
    driver.next("suitability")
    driver.choose("suitability.goal", "prediction")
    driver.next("import")


def small_effort(driver: Driver) -> None:
    """Choose the quickest budget and few families, on page 7."""
    driver.on_page("baselines")
    driver.click("baselines.budget.quick")
    for family in ("gradient-boosting", "svm", "knn", "naive-bayes", "random-forest"):
        driver.click(f"baselines.family.{family}")


def small_ladder(driver: Driver) -> None:
    """Leave out the larger sizes, on page 8."""
    driver.on_page("networks")
    for size in ("large", "medium"):
        driver.click(f"networks.size.{size}")


def confirm_opening(driver: Driver) -> None:
    driver.on_page("test")
    driver.wait(driver.find("footer.run").isEnabled, "the step's button")

    def yes(dialog: QDialog) -> None:
        driver.click("test.confirm.open")

    driver.in_dialog(lambda: driver.click("footer.run"), yes)
    driver.wait_done("test")


def finish_from_test(driver: Driver) -> None:
    """Steps 10 to 14, and the export of the report."""
    confirm_opening(driver)
    driver.next("interpretation")
    driver.run()
    driver.next("claims")
    driver.run()
    driver.next("ethics")
    driver.run()
    decide_register(driver)
    driver.next("report")
    driver.run()
    assert driver.state("report") == "done"


def decide_register(driver: Driver) -> None:
    """Answer every open entry of the register."""
    driver.type("ethics.approval", "Not needed, made-up data")
    driver.type("ethics.consent", "Not needed, made-up data")
    driver.type("ethics.licence", "Own data")
    driver.run()
    for number in range(20):
        if driver.there(f"ethics.entry.{number}.decision.accepted"):
            driver.click(f"ethics.entry.{number}.decision.accepted")
            driver.type(f"ethics.entry.{number}.reason", "Accepted for this test")
            driver.type(f"ethics.entry.{number}.by", "A. Tester")
            driver.click(f"ethics.entry.{number}.decide")
    if driver.state("ethics") != "done":
        driver.run()
    assert driver.state("ethics") == "done"


def results(study: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((study / "results.json").read_text(encoding="utf-8"))
    return found


def test_from_start_to_export(driver: Driver, tmp_path: Path) -> None:
    driver.new_study("welcome.new", tmp_path, "Proteins")
    study = tmp_path / "Proteins.deepbench"
    answer_plan(driver)
    driver.choose_file("import.choose", table(tmp_path))
    driver.run()
    driver.next("sample-sheet")
    driver.wait(lambda: driver.there("sample-sheet.role.0"), "the columns")
    driver.choose("sample-sheet.role.0", "sample") if role(driver) != "sample" else None
    driver.run()
    driver.next("check")
    driver.run()
    driver.next("split")
    driver.run()
    driver.next("baselines")
    small_effort(driver)
    driver.run()
    driver.next("networks")
    small_ladder(driver)
    driver.run()
    driver.next("shuffles")
    driver.run()
    driver.next("test")
    finish_from_test(driver)
    target = tmp_path / "for the paper.html"
    driver.export("report.export.report", target)
    driver.wait(target.exists, "the exported report")
    assert "Condition" in target.read_text(encoding="utf-8")
    found = results(study)
    assert found["verdict"]["signal"] == "yes"  # type: ignore[index]
    assert found["test"]["opened"] == 1  # type: ignore[index]
    with Study.open_for_reading(study) as opened:
        assert opened.problems() == []


def role(driver: Driver) -> str:
    box = driver.find("sample-sheet.role.0")
    return str(box.currentData())  # type: ignore[attr-defined]


PROGRAM = """
import sys
from pathlib import Path


def main():
    from deepbench_ui.app import make_application
    from deepbench_ui.theme import theme

    app = make_application()
    theme().apply(app)
    from tests.ui.driving import Driver

    driver = Driver(Path(sys.argv[1]))
    driver.window.open_study(Path(sys.argv[2]))
    driver.on_page("baselines")
    driver.click("footer.run")
    session = driver.window.session
    driver.wait(lambda: len(session.trials()) >= 2, "two trials")
    print("training", flush=True)
    driver.wait(lambda: False, "the end")


if __name__ == "__main__":
    main()
"""


def import_after_a_wrong_file(driver: Driver, tmp_path: Path) -> None:
    """A wrong file is said in words, and nothing is lost."""
    wrong = tmp_path / "photo.csv"
    wrong.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    driver.choose_file("import.choose", wrong)
    driver.wait(lambda: driver.there("import.problem"), "what is wrong with the file")
    driver.choose_file("import.choose", table(tmp_path))
    driver.wait(lambda: not driver.there("import.problem"), "the right file")
    driver.run()
    driver.next("sample-sheet")


def go_back_and_change(driver: Driver) -> None:
    """What depends on a changed answer is out of date, kept, and one click away."""
    driver.click("rail.sample-sheet")
    driver.wait(lambda: driver.there("sample-sheet.role.0"), "the columns")
    wanted = "ignore" if role(driver) != "ignore" else "sample"
    driver.choose("sample-sheet.role.0", wanted)
    assert driver.state("split") == "out of date"
    assert driver.state("question") == "done"
    driver.click("rail.split")
    driver.run()
    assert driver.state("check") == driver.state("split") == "done"


def stop_while_training(driver: Driver) -> int:
    """What is finished is kept, and the same button goes on; return the trials kept."""
    session = driver.window.session
    assert session is not None
    driver.click("footer.run")
    driver.wait(lambda: len(session.trials()) >= 2, "two trials")
    driver.click("run.stop")
    driver.wait(lambda: session.run is None, "the stop")
    assert driver.state("baselines") == "ready"
    return len(session.trials())


def kill_the_worker(driver: Driver, kept: int) -> None:
    """The death of the worker is noticed and said."""
    session = driver.window.session
    assert session is not None
    driver.click("footer.run")
    driver.wait(lambda: len(session.trials()) > kept, "one more trial")
    assert driver.window.runner.pid is not None
    psutil.Process(driver.window.runner.pid).kill()
    driver.wait(lambda: session.run is None, "the death of the worker")
    assert "stopped unexpectedly" in driver.window.message.text


def kill_the_program(folder: Path, config: Path, study: Path) -> None:
    """Train in another window, and end its process without a warning."""
    program = folder / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    search = os.pathsep.join(sys.path)
    other = subprocess.Popen(
        [sys.executable, str(program), str(config), str(study)],
        env={**os.environ, CONFIG_VARIABLE: str(config), "PYTHONPATH": search},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline().strip() == "training"
    other.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
    other.wait()
    other.stdout.close()


def test_everything_that_goes_wrong_on_the_way(
    driver: Driver, tmp_path: Path, config: Path
) -> None:
    driver.new_study("welcome.new", tmp_path, "Störungen")
    study = tmp_path / "Störungen.deepbench"
    answer_plan(driver)
    import_after_a_wrong_file(driver, tmp_path)
    for page in ("check", "split"):
        driver.run()
        driver.next(page)
    driver.run()
    go_back_and_change(driver)
    driver.next("baselines")
    driver.click("baselines.budget.quick")  # with all families: enough trials to be disturbed
    kept = stop_while_training(driver)
    kill_the_worker(driver, kept)
    session = driver.window.session
    assert session is not None
    kept, before = len(session.trials()), session.draft.answers
    driver.window.close_study()
    assert driver.window.session is None
    kill_the_program(tmp_path, config, study)

    # The study opens again, with every answer, and offers to go on.
    driver.window.open_study(study)
    driver.wait(lambda: driver.window.session is not None, "the study")
    session = driver.window.session
    assert session is not None
    assert session.draft.answers == before
    assert len(session.trials()) >= kept
    assert session.interrupted_run == "baselines"
    driver.click("window.message.action")
    driver.wait_done("baselines")
    with Study.open_for_reading(study) as opened:
        assert opened.problems() == []
        numbers = [
            (event.data["search"], event.data["family"], event.data["number"])
            for event in opened.ledger.of_kind("trial")
        ]
    assert len(numbers) == len(set(numbers)), "a trial was calculated twice"


def test_an_example_opens_with_its_answers(driver: Driver, tmp_path: Path) -> None:
    driver.new_study("welcome.example.wisconsin", tmp_path, "Example")
    driver.on_page("start")
    assert driver.state("question") == "done"
    driver.click("rail.import")
    driver.wait(driver.find("footer.run").isEnabled, "the step's button")
    driver.run()
    assert driver.state("import") == "done"
