"""Step 0: how sensitive the data is, and what this machine has."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPushButton

from deepbench.messages import Doctor, JobFailed
from deepbench.study.location import location_warnings
from deepbench.study.records import MachineRecord
from deepbench.study.sensitivity_scan import rank_of
from deepbench.worker.pool_size import MAX_DEFAULT_WORKERS, default_workers
from deepbench_ui.models.level_words import current_level, needs_reason, scan_so_far
from deepbench_ui.pages.base import Page, card, label
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.choice_box import ChoiceBox
from deepbench_ui.widgets.choices import Choices, Option
from deepbench_ui.widgets.sensitivity_answers import SensitivityAnswers

SENSITIVITY = "How sensitive is the data?"
SENSITIVITY_WHY = (
    "This decides what may leave the study later: figures, tables, models. You can raise it at "
    "any time; choosing a lower level needs a reason."
)
LEVELS = (
    Option("public", "Public", "Published, or about no person: may be shown to anybody."),
    Option("internal", "Internal", "Not published, about no identifiable person."),
    Option(
        "sensitive",
        "Sensitive",
        "About people or patients, without names: health, genes, clinical values. If in doubt, "
        "choose this.",
    ),
    Option(
        "restricted",
        "Restricted",
        "Under a contract, or persons could be recognised: almost nothing leaves the study.",
    ),
)
REASON, REASON_HINT = (
    "Why is a lower level right for this data?",
    "For example: published data set, cell lines, plants",
)
LEVEL_STEP, REASON_STEP = "sensitivity of the data", "reason for the level"
CHOOSE = "Choose the level"
SCAN_RAISES = (
    "{found} The data is treated as {level}, although you chose {answered}. If that is wrong, "
    "settle it in the ethics register (step 13) with a reason."
)
SCAN_MORE = " ({more} more at step 13.)"
MACHINE = "This computer"
MACHINE_WAIT = "The calculation process is looking at this computer and trying its graphics card…"
MACHINE_AGAIN, DEVICE = "Check Again", "Train networks on"
DEVICES = {
    "auto": "Whatever is fastest here",
    "cpu": "The processor only",
    "cuda": "NVIDIA graphics card",
    "mps": "Apple graphics",
}
WORKERS, ALL_CORES = "Calculate with", "One process per core ({count})"
PROCESSES = ("{count} process", "{count} processes")
WORKERS_WHY = (
    "More processes are faster and need more memory; the numbers are the same. Choose 1 when the "
    "memory runs out."
)
ROWS = (
    "System",
    "Processor",
    "Memory",
    "Free disk space",
    "Graphics card",
)
OFFLINE = "DeepBench opens no network connection; nothing of this leaves the computer."
STUDY = "This study"
STUDY_TEXT = "It lies in {folder}"


class StartPage(Page):
    """Sensitivity and machine."""

    key = "start"
    title = "Start"
    lead = "Two things first: how careful must we be with the data, and what can this computer do?"

    def build(self) -> None:
        """Make the widgets."""
        frame, inside = card(SENSITIVITY)
        inside.addWidget(label(SENSITIVITY_WHY, "muted"))
        self.scan = Banner("start.scan")
        inside.addWidget(self.scan)
        self.about = SensitivityAnswers("start.about", self.session)
        self.about.wanted.connect(self._use_level)
        # Folded away where it was answered before; not under the eyes of who is answering.
        self.about.set_open(self.session.value("privacy.level") is None)
        inside.addWidget(self.about)
        inside.addWidget(label(CHOOSE, "strong"))
        self.level = Choices("start.level", LEVELS, SENSITIVITY)
        self.level.chosen.connect(
            lambda value: self.session.answer("privacy.level", value, LEVEL_STEP)
        )
        inside.addWidget(self.level)
        self.reason_label = label(REASON)
        self.reason = QLineEdit()
        self.named(self.reason, "reason", REASON)
        self.reason.setPlaceholderText(REASON_HINT)
        self.reason.textEdited.connect(
            lambda text: self.session.answer(
                "privacy.reason", text.strip() or None, REASON_STEP, merge=True
            )
        )
        inside.addWidget(self.reason_label)
        inside.addWidget(self.reason)
        self.form.addWidget(frame)
        self._build_study()
        self._build_machine()
        self.form.addStretch(1)
        self._asked = False

    def _build_study(self) -> None:
        frame, inside = card(STUDY)
        inside.addWidget(label(STUDY_TEXT.format(folder=self.session.folder), "", "start.folder"))
        for number, warning in enumerate(location_warnings(self.session.folder)):
            banner = Banner(f"start.folder-warning.{number}")
            inside.addWidget(banner)
            banner.show_message("warning", warning)
        self.form.addWidget(frame)

    def _build_machine(self) -> None:
        frame, inside = card(MACHINE)
        self.machine_note = label(MACHINE_WAIT, "muted", "start.machine-note")
        inside.addWidget(self.machine_note)
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        self.facts = []
        for row, title in enumerate(ROWS):
            fact = label("", "", f"start.machine.{row}")
            grid.addWidget(label(title, "muted"), row, 0)
            grid.addWidget(fact, row, 1)
            self.facts.append(fact)
        inside.addLayout(grid)
        line = QHBoxLayout()
        self.device = ChoiceBox()
        self.named(self.device, "device", DEVICE)
        for value, text in DEVICES.items():
            self.device.addItem(text, value)
        self.device.activated.connect(self._choose_device)
        self.workers = ChoiceBox()
        self.named(self.workers, "workers", WORKERS)
        self.workers.setToolTip(WORKERS_WHY)
        self.workers.addItem(ALL_CORES.format(count=default_workers()), 0)
        for count in range(1, MAX_DEFAULT_WORKERS + 1):
            self.workers.addItem(PROCESSES[count > 1].format(count=count), count)
        self.workers.activated.connect(self._choose_workers)
        again = QPushButton(MACHINE_AGAIN)
        self.named(again, "check-machine")
        again.clicked.connect(self._look)
        for row, (title, box) in enumerate(((DEVICE, self.device), (WORKERS, self.workers))):
            grid.addWidget(label(title, "muted"), len(ROWS) + row, 0)
            grid.addWidget(box, len(ROWS) + row, 1, Qt.AlignmentFlag.AlignLeft)
        line.addWidget(again)
        line.addStretch(1)
        inside.addLayout(line)
        inside.addWidget(label(OFFLINE, "muted", "start.offline"))
        self.form.addWidget(frame)

    def refresh(self) -> None:
        """Show level and reason."""
        level = self.session.value("privacy.level")
        self.about.show_answers(level, {option.value: option.title for option in LEVELS})
        self._show_scan()
        self.level.show_choice(level)
        lowered = needs_reason(self.session, level)
        self.reason_label.setVisible(lowered)
        self.reason.setVisible(lowered)
        if not self.reason.hasFocus():
            self.reason.setText(self.session.value("privacy.reason", ""))
        self.device.setCurrentIndex(max(0, self.device.findData(self.session.device)))
        self.workers.setCurrentIndex(max(0, self.workers.findData(self.session.workers)))

    def entered(self) -> None:
        """Look at the machine the first time."""
        if not self._asked:
            self._look()

    def next_problem(self) -> str:
        """A lower level needs its reason."""
        lowered = needs_reason(self.session, self.session.value("privacy.level"))
        return REASON if lowered and not self.session.value("privacy.reason") else ""

    def _use_level(self, level: str, reason: str) -> None:
        """Take the suggested level; a reason for a lower one follows from the answers."""
        changes: dict[str, Any] = {"privacy.level": level}
        if needs_reason(self.session, level) and not self.session.value("privacy.reason"):
            changes["privacy.reason"] = reason
        self.session.answer_all(changes, LEVEL_STEP)

    def _show_scan(self) -> None:
        """Say so where what the program found in the table asks for more care."""
        answered, found = current_level(self.session), scan_so_far(self.session)
        if found is None or rank_of(found.in_force) <= rank_of(answered):
            self.scan.clear()
            return
        asking = [each for each in found.findings if rank_of(each.raises_to) > rank_of(answered)]
        said = [
            f"Column “{each.column}”: {each.sentence}" if each.column else each.sentence
            for each in asking
        ]
        more = SCAN_MORE.format(more=len(said) - 1) if len(said) > 1 else ""
        text = SCAN_RAISES.format(found=said[0] + more, level=found.in_force, answered=answered)
        self.scan.show_message("warning", text)

    def _choose_workers(self) -> None:
        self.session.workers = self.workers.currentData()
        self.session.machine_chosen.emit()

    def _choose_device(self) -> None:
        self.session.device = self.device.currentData()
        self.session.machine_chosen.emit()
        self._look()

    def _look(self) -> None:
        self._asked = True
        self.machine_note.setText(MACHINE_WAIT)
        self.machine_note.show()
        self.session.ask(
            Doctor(self.session.device, str(self.session.folder)),
            self._show_machine,
            self._not_seen,
        )

    def _show_machine(self, result: dict[str, Any]) -> None:
        machine = MachineRecord.model_validate(result["machine"])
        self.machine_note.hide()
        cores = machine.processor_cores
        texts = (
            machine.system,
            f"{cores} core{'s' if cores != 1 else ''}",
            f"{machine.memory_gb:.1f} GB",
            f"{machine.disk_free_gb:.1f} GB",
            machine.device_sentence,
        )
        for fact, text in zip(self.facts, texts, strict=True):
            fact.setText(text)

    def _not_seen(self, event: JobFailed) -> None:
        self.machine_note.setText(f"{event.message} {event.hint}".strip())
