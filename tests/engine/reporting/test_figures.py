from __future__ import annotations

import io
import math
import struct
from types import ModuleType

import matplotlib
import pytest
from PIL import Image

from deepbench.reporting import figures
from deepbench.reporting.figures import Picture
from deepbench.reporting.figures.style import label
from deepbench.study.records import (
    ComparisonRecord,
    CurveRecord,
    CurvesRecord,
    LearningCurveRecord,
    Score,
)
from tests.engine.reporting import interpreted


def draw_all(studies: ModuleType) -> dict[str, Picture | None]:
    summary = studies.summary()
    models = (*summary.baselines.models, *summary.networks.models)
    titles = {model.name: model.title for model in models}
    families = {model.name: model.family for model in models}
    test = summary.choice.test
    regression = studies.regression().choice.test.curves
    shares = [[0.96, 0.04], [0.05, 0.95]]
    failures = interpreted.failures()
    return {
        "leaderboard": figures.leaderboard_figure(models),
        "network-curves": figures.network_curves_figure(summary.networks.models),
        "learning-curve": figures.learning_curve_figure(summary.baselines.learning_curve, "SVM"),
        "shuffled": figures.shuffled_figure(summary.shuffles.models, titles, families),
        "comparison": figures.comparison_figure(summary.choice.comparison, "N", "B"),
        "subgroups": figures.subgroup_figure(test.subgroups, test.metrics["auroc"]),
        "roc": figures.roc_figure(test.curves, 0.97, on_grid=False),
        "precision-recall": figures.precision_recall_figure(test.curves, 0.9, 0.4, on_grid=False),
        "calibration": figures.calibration_figure(test.curves),
        "confusion": figures.confusion_figure(shares, [["68", "3"], ["2", "41"]], ["a", "b"]),
        "observed": figures.observed_figure(regression, "age"),
        "importance": figures.importance_figure(summary.interpretation.models[0], "SVM", ""),
        "volcano": figures.volcano_figure(interpreted.all_importances().models[0], "SVM", ""),
        "panels": figures.panels_figure(interpreted.panels(), "SVM"),
        "error-groups": figures.error_groups_figure(
            failures.groups, failures.error, failures.error_name, share=True
        ),
        "abstain": figures.abstain_figure(failures.abstain, failures.error_name, share=True),
    }


@pytest.fixture(scope="module")
def drawn(studies: ModuleType) -> dict[str, Picture | None]:
    return draw_all(studies)


def chunks(png: bytes) -> list[bytes]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    found, place = [], 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        found.append(png[place + 4 : place + 8])
        place += length + 12
    return found


def test_each_is_a_png_of_twice_the_size_without_metadata(
    drawn: dict[str, Picture | None],
) -> None:
    for name, picture in drawn.items():
        assert picture is not None
        assert picture.name == name
        assert set(chunks(picture.png)) <= {b"IHDR", b"pHYs", b"IDAT", b"IEND"}
        with Image.open(io.BytesIO(picture.png)) as image:
            image.load()
            assert image.size == (2 * picture.width, 2 * picture.height)
            assert image.getpixel((0, 0))[:3] == (255, 255, 255)


def test_each_has_a_description_and_a_caption(drawn: dict[str, Picture | None]) -> None:
    for picture in drawn.values():
        assert picture is not None
        assert 40 < len(picture.alt) <= 600
        assert picture.alt.endswith(".")
        assert picture.caption.endswith(".")
    shuffled, comparison = drawn["shuffled"], drawn["comparison"]
    assert shuffled is not None
    assert "p = 0.0099" in shuffled.alt
    assert comparison is not None
    assert "−0.003 (95 % interval −0.012 to 0.006)" in comparison.alt
    for name, told in (
        ("importance", "6 of them do not stand out from noise"),
        ("volcano", "400 features"),
        ("panels", "The smallest inside the noise of the full model has 4 features."),
        ("error-groups", "marked: 1, the highest marker 3: above 12.3456 with 13 %"),
        ("abstain", "9 % with 100 % answered"),
    ):
        picture = drawn[name]
        assert picture is not None
        assert told in picture.alt


def test_same_input_same_bytes_whatever_the_users_settings(
    studies: ModuleType, drawn: dict[str, Picture | None]
) -> None:
    changed = {"font.size": 30, "axes.facecolor": "black", "savefig.dpi": 11, "text.usetex": True}
    with matplotlib.rc_context(changed):
        again = figures.comparison_figure(studies.summary().choice.comparison, "N", "B")
        roc = figures.roc_figure(studies.binary_curves(), 0.97, on_grid=False)
        assert matplotlib.rcParams["font.size"] == 30
    assert again == drawn["comparison"]
    assert roc == drawn["roc"]


def test_other_input_other_bytes(studies: ModuleType, drawn: dict[str, Picture | None]) -> None:
    record = studies.summary().choice.comparison.model_copy(update={"high": 0.01})
    other, usual = figures.comparison_figure(record, "N", "B"), drawn["comparison"]
    assert other is not None
    assert usual is not None
    assert other.png != usual.png


def test_pyplot_is_not_loaded_by_the_figures() -> None:
    import subprocess
    import sys

    program = (
        "import sys, deepbench.reporting.figures; sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_hostile_and_foreign_names_are_drawn(studies: ModuleType) -> None:
    record = studies.summary().interpretation.models[0]
    names = ["$\\frac{1}{0}$", "a\nb\tc", "x" * 10_000, "\u202eevil", "遺伝子😀", "", "%s {0}"]
    features = tuple(
        entry.model_copy(update={"feature": name})
        for entry, name in zip(record.features, names, strict=False)
    )
    picture = figures.importance_figure(
        record.model_copy(update={"features": features}), "$\\alpha", "network"
    )
    assert picture is not None
    assert len(picture.alt) <= 600
    assert label("遺伝子") == "□□□"
    assert label("TNF-α µ") == "TNF-α µ"
    assert len(label("x" * 100)) == 34


def test_nothing_to_draw_gives_no_picture(studies: ModuleType) -> None:
    unscored = studies.model("a", "A", 0.5).model_copy(update={"corrected": Score(value=None)})
    assert figures.leaderboard_figure([unscored]) is None
    assert figures.network_curves_figure([unscored]) is None
    assert figures.shuffled_figure([], {}, {}) is None
    assert figures.subgroup_figure((), None) is None
    nothing = ComparisonRecord(
        network="n", baseline="b", metric="auroc", difference=None, low=None, high=None
    )
    assert figures.comparison_figure(nothing, "n", "b") is None
    empty = CurvesRecord()
    assert figures.roc_figure(empty, None, on_grid=True) is None
    assert figures.precision_recall_figure(empty, None, None, on_grid=True) is None
    assert figures.calibration_figure(empty) is None
    assert figures.observed_figure(empty, "y") is None
    assert figures.confusion_figure([[None, None]] * 2, [["", ""]] * 2, ["a", "b"]) is None
    assert figures.error_groups_figure((), Score(value=0.1), "e", share=True) is None
    assert figures.abstain_figure(interpreted.failures().abstain[:1], "e", share=True) is None
    no_sizes = interpreted.panels().model_copy(update={"sizes": ()})
    assert figures.panels_figure(no_sizes, "M") is None
    blank = interpreted.all_importances().models[0]
    no_effects = blank.model_copy(update={"effect": (None,) * len(blank.features)})
    assert figures.volcano_figure(no_effects, "M", "") is None
    unknown = LearningCurveRecord(
        model="m", metric="r2", samples=(3,), scores=(None,), spreads=(None,)
    )
    assert figures.learning_curve_figure(unknown, "M") is None


def test_missing_numbers_inside_are_left_out(studies: ModuleType) -> None:
    part = LearningCurveRecord(
        model="m", metric="r2", samples=(3, 6), scores=(None, 0.4), spreads=(None, math.nan)
    )
    assert figures.learning_curve_figure(part, "M") is not None
    curves = CurvesRecord(
        false_positive_rate=(0.0, math.nan, 1.0), true_positive_rate=(0.0, 0.5, 1.0)
    )
    assert figures.roc_figure(curves, None, on_grid=False) is not None
    short = CurveRecord(training=(0.7,), tuning=(0.7,), best_epoch=1)
    network = studies.model("n", "N", 0.5, family="network").model_copy(update={"curve": short})
    assert figures.network_curves_figure([network]) is not None


def test_what_is_grey_and_what_is_marked_changes_the_picture() -> None:
    record = interpreted.attribution("svm", 1.0, network=False)
    greyed = record.model_copy(
        update={
            "features": tuple(
                entry.model_copy(update={"clears_twin": False}) for entry in record.features
            )
        }
    )
    usual, grey = (figures.importance_figure(each, "SVM", "") for each in (record, greyed))
    assert usual is not None
    assert grey is not None
    assert usual.png != grey.png
    assert "20 of them do not stand out from noise" in grey.alt
    failures = interpreted.failures()
    unmarked = [group.model_copy(update={"marked": False}) for group in failures.groups]
    drawn = figures.error_groups_figure(unmarked, failures.error, "Errors", share=True)
    assert drawn is not None
    assert "none errs more" in drawn.alt


def test_small_groups_leave_the_calibration_curve(studies: ModuleType) -> None:
    curves = studies.binary_curves()
    picture = figures.calibration_figure(curves, 10)
    assert picture is not None
    assert "in 2 groups" in picture.alt
    # With all dots of one size, other counts give the same picture.
    more = curves.model_copy(update={"calibration_samples": (900, 8, 5, 4, 11)})
    assert figures.calibration_figure(more, 10) == picture


def test_curve_on_a_grid_does_not_show_single_steps(studies: ModuleType) -> None:
    def steps(count: int) -> CurvesRecord:
        rates = tuple(place / count for place in range(count + 1))
        return CurvesRecord(false_positive_rate=rates, true_positive_rate=rates)

    assert figures.roc_figure(steps(4), 0.5, on_grid=True) == figures.roc_figure(
        steps(7), 0.5, on_grid=True
    )
