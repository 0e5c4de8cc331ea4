"""Long reading stops when the user asks to, and is left alone outside of a worker."""

import gzip
from pathlib import Path

import pytest

from deepbench.data.provenance import file_facts
from deepbench.data.readers import splitting
from deepbench.data.readers.registry import read_raw
from deepbench.errors import Cancelled
from deepbench.plan import Data
from deepbench.worker.interruption import interruptible_by, interruption_point
from deepbench.worker.progress import JobControl, Progress

TABLE = "id,x\n" + "".join(f"s{i},{i}\n" for i in range(200))


class StopsAfter(JobControl):
    """The user asks to stop when so many points have been passed."""

    def __init__(self, points: int) -> None:
        super().__init__()
        self.points = points
        self.passed = 0

    @property
    def cancelled(self) -> bool:
        self.passed += 1
        return self.passed > self.points


def test_outside_of_a_worker_nothing_happens() -> None:
    interruption_point()


def test_the_job_is_that_of_the_context() -> None:
    control = JobControl()
    with interruptible_by(Progress(control=control)):
        interruption_point()
        control.cancel()
        with pytest.raises(Cancelled):
            interruption_point()
    interruption_point()


def test_cutting_a_file_stops_between_its_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splitting, "_CHUNK_BYTES", 100)
    path = tmp_path / "t.csv"
    path.write_text(TABLE)
    control = StopsAfter(3)
    with interruptible_by(Progress(control=control)), pytest.raises(Cancelled):
        read_raw(path, Data(source="t.csv"))
    assert control.passed == 4
    assert read_raw(path, Data(source="t.csv")).rows == 200


@pytest.mark.parametrize("work", [file_facts, lambda path: read_raw(path, Data(source="t"))])
def test_hashing_and_unpacking_stop(tmp_path: Path, work: object) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(TABLE.encode()))
    control = JobControl()
    control.cancel()
    with interruptible_by(Progress(control=control)), pytest.raises(Cancelled):
        work(path)  # type: ignore[operator]
