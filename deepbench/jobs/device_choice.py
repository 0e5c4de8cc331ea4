"""Where the networks of a study train, decided once and written into the ledger.

Timings differ from run to run. If they decided anew each time, a study that is continued could
train one half of its networks on a graphics processor and the other half on the CPU, which round
differently. So what was decided for a split stays decided, as long as the same hardware is there.
"""

from __future__ import annotations

from deepbench.study.folder import Study
from deepbench.training.device import DeviceReport
from deepbench.training.device_timing import LaneProblem, device_for

_EVENT = "device"


def settled_device(
    study: Study,
    found: DeviceReport,
    split_fingerprint: str,
    problem: LaneProblem,
    processes: int,
) -> tuple[DeviceReport, bool]:
    """Return the device that networks train on, and whether that was decided just now.

    Args:
        study: Open for writing.
        found: What ``auto`` found on this machine.
        split_fingerprint: Fingerprint of the split whose samples are trained on.
        problem: Size of the problem.
        processes: Processes that calculate.
    """
    if found.kind == "cpu":
        return found, False
    for event in reversed(study.ledger.of_kind(_EVENT)):
        known = (event.data["split"], event.data["found"])
        if known == (split_fingerprint, found.name):
            if event.data["kind"] == found.kind:
                return found, False
            return DeviceReport("CPU", "cpu", True, str(event.data["sentence"])), False
    chosen = device_for(found, problem, processes)
    study.record(
        _EVENT,
        {
            "split": split_fingerprint,
            "found": found.name,
            "kind": chosen.kind,
            "sentence": chosen.sentence,
        },
    )
    return chosen, True
