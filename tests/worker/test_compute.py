"""The same functions in this process and in a pool."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time

import pytest

from deepbench.errors import Cancelled, PlanError, WorkerError
from deepbench.training import compute as compute_module
from deepbench.training import pool_gate
from deepbench.training.compute import Compute
from deepbench.worker.progress import JobControl, Progress
from deepbench.worker.threads import ONE_THREAD


@pytest.fixture(autouse=True)
def _environment_back(monkeypatch):
    for name in ONE_THREAD:
        monkeypatch.setenv(name, "2")


def cancelled_progress() -> Progress:
    control = JobControl()
    control.cancel()
    return Progress(control=control)


@pytest.mark.parametrize("workers", [1, 2])
def test_results_arrive_whatever_the_number_of_processes(workers):
    with Compute(workers) as compute:
        futures = [compute.submit(divmod, number, 7) for number in range(20)]
        found = {futures.index(future): future.result() for future in compute.wait(futures)}
    assert found == {number: divmod(number, 7) for number in range(20)}


def test_one_worker_calculates_in_this_process_in_order_and_when_asked():
    calls: list[int] = []
    with Compute(1) as compute:
        futures = [compute.submit(calls.append, number) for number in range(3)]
        pids = [compute.submit(os.getpid)]
        assert calls == []
        assert next(compute.wait(futures)) is futures[0]
        assert calls == [0]
        assert list(compute.wait(futures)) == futures
        assert pids[0].result() == os.getpid()
    assert calls == [0, 1, 2]


def test_two_workers_calculate_elsewhere():
    with Compute(2) as compute:
        assert compute.submit(os.getpid).result() != os.getpid()


def test_waiting_can_stop_and_go_on():
    with Compute(2) as compute:
        waiting = {compute.submit(divmod, number, 2): number for number in range(4)}
        found = {}
        while waiting:
            future = next(compute.wait(waiting))
            number = waiting.pop(future)
            found[number] = future.result()
            if number == 0:
                waiting[compute.submit(divmod, 9, 2)] = 9
    assert found == {number: divmod(number, 2) for number in (0, 1, 2, 3, 9)}


@pytest.mark.parametrize("workers", [1, 2])
def test_errors_keep_their_hint(workers):
    with Compute(workers) as compute:
        future = compute.submit(raise_plan_error)
        assert isinstance(future.exception(), PlanError)
        with pytest.raises(PlanError) as caught:
            next(compute.wait([future])).result()
    assert caught.value.hint == "Change it."


def raise_plan_error() -> None:
    raise PlanError("The plan is odd.", "Change it.")


@pytest.mark.parametrize("workers", [1, 2])
def test_cancel_is_heard_before_anything_runs(workers):
    with pytest.raises(Cancelled), Compute(workers) as compute:
        futures = [compute.submit(divmod, 1, 2)]
        list(compute.wait(futures, cancelled_progress()))


def test_an_error_of_the_caller_kills_what_runs(tmp_path, gone):
    import toy_jobs

    with pytest.raises(ZeroDivisionError), Compute(2) as compute:
        quick = compute.submit(os.getpid)
        compute.submit(toy_jobs.hang, str(tmp_path))
        pid = quick.result()
        raise ZeroDivisionError
    assert gone([pid, *(int(path.stem) for path in tmp_path.glob("*.pid"))])


def test_a_killed_pool_process_is_a_sentence_and_the_next_pool_works():
    import toy_jobs

    with Compute(2) as compute:
        futures = [compute.submit(toy_jobs.kill_self)]
        with pytest.raises(WorkerError, match="stopped unexpectedly") as caught:
            list(compute.wait(futures))
        assert caught.value.hint.endswith("What was finished is kept; start it again to continue.")
        assert compute.submit(divmod, 9, 2).result() == (4, 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_every_process_has_one_thread(workers):
    with Compute(workers) as compute:
        assert compute.submit(thread_settings).result() == dict(ONE_THREAD)


def thread_settings() -> dict[str, str]:
    return {name: os.environ[name] for name in ONE_THREAD}


@pytest.mark.parametrize("workers", [1, 2])
def test_loaded_libraries_are_held_to_one_thread(workers, monkeypatch):
    monkeypatch.setattr(compute_module, "_settled", set())
    import toy_numeric

    with Compute(workers) as compute:
        threads = compute.submit(toy_numeric.threads_of_libraries).result()
    assert threads and set(threads) == {1}


# --- pauses -------------------------------------------------------------------------------


def began_after_resume(compute: Compute, control: JobControl) -> bool:
    """Ask a paused pool for a moment, resume when it is about to begin, and compare."""
    future = compute.submit(time.monotonic_ns)
    moment = threading.Event()
    while not (future.running() or future.done()):
        moment.wait(0.005)
    resumed = time.monotonic_ns()
    control.resume()
    return future.result() >= resumed


def test_a_paused_pool_begins_nothing_also_after_it_was_replaced():
    control = JobControl()
    with Compute(2, Progress(control=control)) as compute:
        compute.submit(os.getpid).result()
        control.pause()
        assert began_after_resume(compute, control)
        control.pause()
        compute.kill()
        assert began_after_resume(compute, control)


def test_a_pool_that_is_started_in_a_pause_waits():
    control = JobControl()
    control.pause()
    with Compute(2, Progress(control=control)) as compute:
        assert began_after_resume(compute, control)


def test_one_worker_pauses_between_functions():
    done: list[str] = []

    class Control(JobControl):
        def wait_while_paused(self) -> None:
            done.append("waited")
            self.resume()

    control = Control()
    progress = Progress(control=control)
    with Compute(1, progress) as compute:
        futures = [compute.submit(control.pause), compute.submit(done.append, "second")]
        done.extend("heard" for _ in compute.wait(futures, progress))
    assert done == ["heard", "waited", "second", "heard"]


def test_a_pool_without_a_job_is_never_paused():
    with Compute(2) as compute:
        assert compute.submit(divmod, 9, 2).result() == (4, 1)


def test_a_process_killed_in_the_gate_does_not_hold_up_who_pauses(monkeypatch):
    monkeypatch.setattr(pool_gate, "_PASSING_SECONDS", 0.01)
    gate = pool_gate.PoolGate(multiprocessing.get_context("spawn"))
    abandoned = gate.fresh_lock()
    abandoned.acquire()
    gate.pause()
    gate.pause()
    fresh = gate.fresh_lock()
    assert not fresh.acquire(block=False)
    gate.resume()
    gate.resume()
    assert fresh.acquire(block=False)


def test_no_worker_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        Compute(0)


def test_torch_in_a_pool_process_is_deterministic():
    import toy_torch

    with Compute(2) as compute:
        assert compute.submit(toy_torch.settings).result() == (True, 1)
