"""The exports that are folders: the bundle, and its model, figures or tables alone."""

from __future__ import annotations

from deepbench.errors import GateRefused
from deepbench.jobs.bundle_closing import close_bundle, close_folder
from deepbench.jobs.bundle_material import BundleMaterial, bundle_plan
from deepbench.jobs.bundle_model import judge_model, model_files
from deepbench.jobs.bundle_parts import drawings_stay, figures, report_files, tables
from deepbench.jobs.export_judging import PLAN_HINT, PLAN_STAYS, judge_report
from deepbench.jobs.export_kinds import FolderContent, FolderExport, Judgement
from deepbench.jobs.released import names_to_hide
from deepbench.plan import PrivacyLevel
from deepbench.study.folder import Study
from deepbench.worker.progress import Progress

_STEPS = 4


def judge_bundle_export(study: Study, level: PrivacyLevel) -> Judgement:
    """Say whether the bundle may leave: the report may, and the plan that it is run by."""
    judged = judge_report(study, level)
    if judged.refusal is not None:
        return judged
    released = bundle_plan(study.plan(), level, names_to_hide(study, level))
    if released.problems:
        first = released.problems[0]
        stays = PLAN_STAYS.format(field=first.field, what=first.what)
        return Judgement(GateRefused(stays, PLAN_HINT))
    return judged


def _bundle(study: Study, level: PrivacyLevel, progress: Progress) -> FolderContent:
    material = BundleMaterial(study, level, progress)

    def begin(step: int, what: str) -> None:
        progress.report(step, _STEPS, what, begins=True)

    begin(0, "writing the model")
    models = model_files(material)
    begin(1, "drawing the report")
    files = [*models.files, *report_files(material)]
    begin(2, "drawing the figures")
    files += figures(material)
    begin(3, "writing the tables")
    files += tables(material)
    stays = (*models.stays, *drawings_stay(material))
    begin(_STEPS, "looking into every file")
    return FolderContent(files, close_bundle(material, stays), stays)


def _model(study: Study, level: PrivacyLevel, progress: Progress) -> FolderContent:
    material = BundleMaterial(study, level, progress)
    models = model_files(material)
    if not models.files:
        raise GateRefused(models.stays[0])
    close = close_folder(material, models.stays, with_card=True)
    return FolderContent(models.files, close, models.stays)


def _figures(study: Study, level: PrivacyLevel, progress: Progress) -> FolderContent:
    material = BundleMaterial(study, level, progress)
    stays = drawings_stay(material)
    return FolderContent(figures(material), close_folder(material, stays), stays)


def _tables(study: Study, level: PrivacyLevel, progress: Progress) -> FolderContent:
    material = BundleMaterial(study, level, progress)
    return FolderContent(tables(material), close_folder(material))


BUNDLE_EXPORTS: tuple[FolderExport, ...] = (
    FolderExport("bundle", "Bundle", "bundle", judge_bundle_export, _bundle),
    FolderExport("model", "Finished model", "model-bundle", judge_model, _model),
    FolderExport("figures", "Figures", "figures-bundle", judge_report, _figures),
    FolderExport("tables", "Tables", "tables-bundle", judge_report, _tables),
)
