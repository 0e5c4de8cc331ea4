from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from deepbench.reporting import wording
from deepbench.reporting.html_report import render_html
from deepbench.reporting.tables import setting
from deepbench.study.records import (
    CurvesRecord,
    FeatureHintRecord,
    Record,
    Score,
    StudySummary,
)
from deepbench_resources import read_bytes, read_text

STUDIES = ("binary", "null_locked", "multiclass", "regression", "stopped_early", "reused")
SAFE = ("binary", "multiclass", "regression", "stopped_early")
ALLOWED_TAGS = set(
    """html head meta title style body a div nav p details summary ol ul li main header section h1
    h2 h3 h4 dl dt dd strong code table caption thead tbody tr th td figure figcaption img span i
    pre article footer""".split()
)
ORDER = [
    "design", "metadata", "findings", "suitability", "split", "leaderboard", "networks",
    "learning-curve", "shuffled", "comparison", "test", "uses", "panels", "fails", "copy",
    "claims", "ethics", "methods", "checklist", "details", "plan",
]  # fmt: skip


def assert_inert(page: Any) -> None:
    """No script, nothing loaded from elsewhere, nothing but known elements."""
    assert {tag for tag, _ in page.tags} <= ALLOWED_TAGS
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in ("srcset", "action", "formaction", "poster", "ping", "background")
            if name == "src":
                assert tag == "img"
                assert (value or "").startswith("data:image/png;base64,")
            if name == "href":
                assert (value or "").startswith("#")
            if name == "style":
                assert re.fullmatch(r"flex-grow:\d\.\d{4}", value or "")
    style = page.html.split("<style>")[1].split("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    assert "http" not in page.html.replace("http-equiv", "")


@pytest.mark.parametrize("name", STUDIES)
def test_report_is_complete_in_itself(page: Callable[..., Any], name: str) -> None:
    found = page(name)
    assert_inert(found)
    assert found.open == []
    assert found.tags[0] == ("html", {"lang": "en"})
    assert len(found.html.encode()) < 3_000_000
    assert not re.search(r"\bNone\b|\bnan\b|Undefined", found.words)


@pytest.mark.parametrize("name", STUDIES)
def test_contents_lead_to_the_sections(page: Callable[..., Any], name: str) -> None:
    found = page(name)
    targets = [a["href"][1:] for tag, a in found.tags if tag == "a"]
    ids = [a["id"] for _, a in found.tags if "id" in a]
    assert len(ids) == len(set(ids))
    assert set(targets) <= set(ids)
    assert [target for target in targets[2:] if target != "not-reached"] == [
        section for section in found.sections if section != "not-reached"
    ]
    known = [section for section in ORDER if section in found.sections]
    assert [section for section in found.sections if section != "not-reached"] == known


def test_whole_study_has_all_sections(page: Callable[..., Any]) -> None:
    assert page("binary").sections == ORDER


@pytest.mark.parametrize("name", STUDIES)
def test_each_picture_has_a_text_alternative(page: Callable[..., Any], name: str) -> None:
    pictures = [attributes for tag, attributes in page(name).tags if tag == "img"]
    assert all(len(attributes["alt"]) > 40 for attributes in pictures)
    assert bool(pictures) == (name != "stopped_early")


# --- what it says ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind", "sentences"),
    [
        (
            "binary",
            "yes",
            [
                "There is a signal",
                "Deep learning was not worth it here",
                "opened once, at the end",
            ],
        ),
        (
            "null_locked",
            "no",
            ["There is no evidence of signal", "Deep learning was not worth it", "stays locked"],
        ),
        ("multiclass", "yes", ["There is a signal", "Deep learning was not tried", "opened once"]),
        ("regression", "yes", ["There is a signal", "Deep learning was worth it", "opened once"]),
        ("stopped_early", "stopped", ["The data check stopped the study", "stays locked"]),
        ("reused", "yes", ["There is a signal", "not worth it", "was opened twice"]),
    ],
)
def test_verdict_comes_first(
    page: Callable[..., Any], name: str, kind: str, sentences: list[str]
) -> None:
    html = page(name).html
    banner = html.split('<div class="banner ')[1].split("</div>")[0]
    assert banner.startswith(f'{kind}"')
    lines = re.findall(r"<li>(.*)</li>", banner)
    assert len(lines) == len(sentences)
    for line, expected in zip(lines, sentences, strict=True):
        assert expected in line
    assert html.index("<section") > html.index('class="banner')


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("binary", "Test set used 1 time"),
        ("null_locked", "Test set used 0 times (locked)"),
        ("stopped_early", "Test set used 0 times (locked)"),
        ("reused", "Test set used 2 times"),
    ],
)
def test_use_of_the_test_set_is_always_said(
    page: Callable[..., Any], name: str, text: str
) -> None:
    found = page(name)
    assert f'">{text}</p>' in found.html.split("</nav>")[0]
    assert f"{text}. This file is complete" in found.words
    assert ('class="test-use alarm"' in found.html) == (name == "reused")
    assert ("A reviewer asked for a second model" in found.words) == (name == "reused")


def test_scores_are_called_what_they_are(page: Callable[..., Any]) -> None:
    found = page("binary")
    headings = list(found.table("Scores on the tuning sets")[0])
    assert "Best tuning score (too optimistic)" in headings
    assert "Corrected tuning score (95 % interval)" in headings
    assert "Spread over folds (lowest to highest; standard error)" in headings
    for place in re.finditer("confidence interval", found.words):
        assert "not a " in found.words[place.start() - 6 : place.start()]
    assert "Association, not cause" in found.words


def test_recommended_model_is_marked(page: Callable[..., Any]) -> None:
    row = page("binary").html.split('<tr class="marked">')[1].split("</tr>")[0]
    assert "Support vector machine" in row


def test_metrics_stand_beside_those_of_the_baseline(page: Callable[..., Any]) -> None:
    rows = page("binary").table("Metrics on the test set")
    assert next(iter(rows[0].values())) == "AUROC"
    assert rows[0]["Support vector machine"] == "0.973"
    assert rows[0]["Elastic-net logistic regression"] == "0.969"
    assert rows[1]["Metric"].startswith("AUROC, interval by DeLong")
    assert {row["Metric"] for row in rows} >= {"Brier score (lower is better)"}


def test_blend_and_calibration_are_shown_for_what_they_are(page: Callable[..., Any]) -> None:
    found = page("binary")
    last = found.table("Scores on the tuning sets")[-1]
    assert last["Model"] == "Blend (not a candidate)"
    assert last["Corrected tuning score (95 % interval)"] == "0.969 (0.948–0.985)"
    assert "shows what more effort could bring" in found.words
    assert found.table("Metrics on the test set")[0]["Blend (not a candidate)"] == "0.974"
    assert found.table("Members of the blend")[0]["Model"] == "SVM"
    rows = found.table("Probabilities before and after calibration")
    assert [row["Log loss (lower is better)"] for row in rows[:2]] == ["0.214", "0.151"]
    assert "Threshold of the finished model: 0.37 ." in found.words


def test_shares_of_classes_are_not_in_a_released_report(
    studies: ModuleType, parse: Callable[[str], Any]
) -> None:
    released = parse(render_html(studies.summary(), small_cells=10, per_sample=False))
    assert "Its probabilities were too timid" in released.words
    for absent in ("0.373", "0.627", "Threshold of the finished model"):
        assert absent not in released.words


def test_missing_stages_are_listed_in_one_place(page: Callable[..., Any]) -> None:
    found = page("stopped_early")
    assert found.sections[-1] == "not-reached"
    assert "Networks, small to large" in found.words
    assert "leaderboard" not in found.sections


def test_study_without_any_record_can_be_reported(parse: Callable[[str], Any]) -> None:
    found = parse(render_html(StudySummary(title="Empty", version="0.1.0", plan_toml="")))
    assert_inert(found)
    assert "The study is not finished" in found.words


def test_each_record_may_be_missing(studies: ModuleType, parse: Callable[[str], Any]) -> None:
    plain = {"networks": None, "interpretation": None, "baselines": None, "shuffles": None}
    choice = studies.choice(test=studies.locked("It stays locked."))
    for name in ("start", "question", "suitability", "imported", "sheet", "check", "split"):
        found = parse(render_html(studies.summary(**plain, choice=choice, **{name: None})))
        assert_inert(found)


def test_numbers_that_do_not_exist_are_dashes(
    studies: ModuleType, parse: Callable[[str], Any]
) -> None:
    none = Score(value=None)
    models = tuple(
        model.model_copy(
            update={"plain": None, "corrected": none, "standard_error": None, "fold_scores": ()}
        )
        for model in studies.baselines().models
    )
    curves = CurvesRecord(
        false_positive_rate=(math.nan, math.nan), true_positive_rate=(math.nan, math.nan)
    )
    test = studies.binary_test().model_copy(
        update={
            "metrics": {"auroc": Score(value=math.nan, low=math.nan, high=math.nan)},
            "baseline_metrics": {"auroc": none},
            "difference": none,
            "curves": curves,
        }
    )
    board = studies.baselines().model_copy(update={"models": models, "learning_curve": None})
    choice = studies.choice(test=test).model_copy(update={"expected": none, "comparison": None})
    found = parse(
        render_html(
            studies.summary(
                baselines=board, networks=None, choice=choice, interpretation=None, shuffles=None
            )
        )
    )
    assert found.table("Metrics on the test set")[0]["Support vector machine"] == "–"
    assert "scored AUROC not available" in found.words
    assert not re.search(r"\bnan\b|\bNone\b", found.words)


def test_earlier_opening_is_not_called_locked(
    studies: ModuleType, parse: Callable[[str], Any]
) -> None:
    test = studies.locked("Nothing was looked at.").model_copy(update={"opened": 1})
    choice = studies.choice(signal="unclear", test=test)
    summary = studies.summary(
        choice=choice, networks=None, interpretation=None, baselines=None, shuffles=None
    )
    found = parse(render_html(summary))
    assert "Test set used 1 time" in found.words
    assert "opened once earlier in this study" in found.words
    assert "stays locked" not in found.words


def test_long_tables_are_cut_and_say_so(studies: ModuleType, parse: Callable[[str], Any]) -> None:
    wide = studies.summary(
        imported=studies.imported(columns=20_000),
        check=studies.check().model_copy(
            update={"left_out_features": tuple(f"gene {place}" for place in range(500))}
        ),
        **dict.fromkeys(("baselines", "networks", "shuffles", "choice", "interpretation")),
    )
    found = parse(render_html(wide))
    assert len(found.table("Columns of the imported table")) == 200
    assert "and 19,800 more" in found.words
    assert "and 440 more" in found.words
    assert "gene 59" in found.words
    assert "gene 60" not in found.words


# --- every number -----------------------------------------------------------------------------

# Numbers that only a picture shows, and the list of which a table shows the ends.
DRAWN = re.compile(
    r"curve\.(training|tuning)|false_positive_rate|true_positive_rate|curves\.(recall|precision)"
    r"|fold_scores|curves\.(observed|predicted)\b|features\.group$|\.least_units$"
)
# Two decimals are enough for correlations; shares are percentages.
TWO_DECIMALS = (
    "correlation",
    "rank_correlation",
    "rank_stability",
    "shuffled_stability",
    "stability",
    "start_stability",
    "weights_check",
)
SHARES = re.compile(
    r"failures\.(error|groups|slices|abstain|conformal)\.(error|rate|coverage|value|low|high)"
    r"|failures\.(error|abstain\.error)\b|\.(rest|answered|error_rate|single|by_class|frequency)$"
    r"|sets\.score$"
)


def numbers_of(value: object, path: str = "") -> Iterator[tuple[str, int | float]]:
    if isinstance(value, Record):
        for name in type(value).model_fields:
            yield from numbers_of(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from numbers_of(item, f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for item in value:
            yield from numbers_of(item, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, value


def made_unique(value: Any, fresh: Iterator[int], path: str = "") -> Any:
    """Replace every number by one that stands nowhere else."""
    if isinstance(value, Record):
        return value.model_copy(
            update={
                name: made_unique(getattr(value, name), fresh, f"{path}.{name}")
                for name in type(value).model_fields
            }
        )
    if isinstance(value, dict):
        return {key: made_unique(item, fresh, f"{path}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(made_unique(item, fresh, path) for item in value)
    if isinstance(value, bool) or not isinstance(value, int | float) or DRAWN.search(path):
        return value
    place = next(fresh)
    return 20_011 + 13 * place if isinstance(value, int) else round(1.003 + 0.007 * place, 3)


def spelling(path: str, value: int | float) -> str:
    """How the report writes a number of the records, as a pattern."""
    name = path.rsplit(".", 1)[-1]
    if isinstance(value, int):
        return f"{value:,}|{value}"
    if name == "p_value":
        return f"{re.escape(wording.p_value(value))}|{value:.2g}"
    if SHARES.search(path):
        return f"{100 * value:.0f}"
    written = {
        "seconds": wording.duration,
        "direction": lambda number: wording.number(number, 2, signed=True),
        **dict.fromkeys(("by_chance", "shared_top"), lambda number: wording.number(number, 1)),
        "q_value": lambda number: f"{number:.2g}",
        **dict.fromkeys(("effect", "weight"), lambda number: wording.number(number, signed=True)),
        **dict.fromkeys(TWO_DECIMALS, lambda number: wording.number(number, 2)),
    }
    if name.endswith("_gb"):
        return re.escape(f"{value:.1f} GB")
    if ".params." in path:
        return re.escape(setting(value))
    return re.escape(written.get(name, wording.number)(value))


def test_every_number_of_the_records_is_in_the_report(
    studies: ModuleType, parse: Callable[[str], Any]
) -> None:
    summary = studies.summary(imported=studies.imported(columns=8))
    fresh = iter(range(10_000))
    unique = made_unique(summary, fresh)
    words = parse(render_html(unique)).words
    missing = [
        (path, value)
        for path, value in numbers_of(unique)
        if not DRAWN.search(path)
        and not re.search(rf"(?<![\d.,])(?:{spelling(path, value)})(?![\d]|[.,]\d)", words)
    ]
    assert missing == []
    for model in (*unique.baselines.models, *unique.networks.models):
        ends = wording.interval(min(model.fold_scores), max(model.fold_scores))
        assert ends in words


# --- hostile names ----------------------------------------------------------------------------

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "</style><iframe src=//evil.example>",
    "{{ 7 * 191 }}{% raw %}",
    "javascript:alert(1)",
    "\u202egnp.exe",
    "&lt;b&gt; %s %(x)s {0}",
    "' autofocus onfocus=alert(1) x='",
    "n" * 10_000,
)


def poisoned(value: Any, names: Iterator[str], path: str = "") -> Any:
    """Put a hostile text into every text that is not one of a fixed set."""
    fixed = ("verdict", "speaks", "kind", "severity", "decision", "design", "family", "signal")
    more = ("deep_learning", "state", "task", "repeated", "metric", "model", "recommended")
    chosen = ("expected", "found", "form", "too_good")
    if isinstance(value, FeatureHintRecord):
        return value.model_copy(update={"text": next(names)})
    if isinstance(value, Record):
        return value.model_copy(
            update={
                name: poisoned(getattr(value, name), names, name)
                for name in type(value).model_fields
                if name not in (*fixed, *more, *chosen)
            }
        )
    if isinstance(value, dict):
        return {next(names): poisoned(item, names, path) for item in value.values()}
    if isinstance(value, tuple):
        return tuple(poisoned(item, names, path) for item in value)
    return next(names) if isinstance(value, str) else value


def test_hostile_text_is_only_text(studies: ModuleType, parse: Callable[[str], Any]) -> None:
    def names() -> Iterator[str]:
        place = 0
        while True:
            yield HOSTILE[place % len(HOSTILE)]
            place += 1

    summary = studies.summary(imported=studies.imported(columns=12))
    hostile = poisoned(summary, names())
    found = parse(render_html(hostile))
    text = found.html
    assert {tag for tag, _ in found.tags} <= ALLOWED_TAGS
    for _, attributes in found.tags:
        assert not any(name.startswith("on") or name == "autofocus" for name in attributes)
        assert (attributes.get("src") or "data:").startswith("data:")
        assert (attributes.get("href") or "#").startswith("#")
    assert str(7 * 191) not in found.words
    assert "{{ 7 * 191 }}" in found.words
    assert "<img src=x onerror=alert(1)>" in found.words
    assert "\u202e" not in text
    assert "⟦U+202E⟧gnp.exe" in found.words
    assert "n" * 3_000 not in text
    assert len(text.encode()) < 3_000_000


# --- what may leave -----------------------------------------------------------------------------

COUNTED = re.compile(r"samples|units|rows|missing|cells|class", re.IGNORECASE)


@pytest.mark.parametrize("name", SAFE)
def test_small_counts_are_nowhere_in_the_tables(page: Callable[..., Any], name: str) -> None:
    found = page(name, safe=True)
    assert_inert(found)
    checked = 0
    for caption, rows in found.tables:
        confusion = caption.startswith("Confusion matrix")
        for row in rows[1:]:
            for heading, cell in zip(rows[0][1:], row[1:], strict=True):
                if (confusion or COUNTED.search(heading)) and "Share" not in heading:
                    checked += 1
                    assert not re.fullmatch("[1-9]", cell), (caption, heading, cell)
    assert checked


def test_small_counts_do_not_come_back_by_subtraction(page: Callable[..., Any]) -> None:
    found = page("multiclass", safe=True)
    rows = found.table("Classes of")
    hidden = [row["Class"] for row in rows if not row["Samples"].isdigit()]
    # 9 + 7 small ones, and one more, so that 210 minus the rest does not tell their sum.
    assert hidden == ["neutrophil", "mast", "other"]
    assert [row["Samples"] for row in rows if row["Class"] in hidden] == ["hidden", "<10", "<10"]
    assert all(row["Share of samples"] == "" for row in rows if row["Class"] in hidden)
    assert 'class="bar"' not in found.html.split('id="findings"')[0]
    binary = page("binary", safe=True)
    assert "Rows and columns hidden rows" in binary.words
    assert "572" not in binary.words
    assert (
        next(row for row in binary.table("Columns of") if row["Column"] == "id")["Distinct values"]
        == "hidden"
    )


def test_small_counts_are_not_in_prose_or_pictures(page: Callable[..., Any]) -> None:
    plain, safe = page("binary"), page("binary", safe=True)
    assert "up to 4 rows" in plain.words
    assert "up to <10 rows" in safe.words
    assert "figure-confusion" in plain.html
    assert "figure-confusion" not in safe.html
    west = safe.table("Groups of test samples")[2]
    assert west["Group"] == "hospital: (a small group)"
    assert plain.table("Groups of test samples")[2]["Group"] == "hospital: West"
    assert west["Score"] == "hidden"
    assert west["Samples"] == "<10"
    assert "counts below 10" in safe.words


def test_single_samples_are_left_out(page: Callable[..., Any]) -> None:
    plain, safe = page("binary"), page("binary", safe=True)
    assert "P-0412" in plain.words
    assert "P-0412" not in safe.html
    assert "(sample) and (sample) hold the same measurements" in safe.words
    assert "figure-observed" in page("regression").html
    assert "figure-observed" not in page("regression", safe=True).html
    quantiles = page("regression", safe=True).table("Error on the test set")
    # 5 % of 120 samples are six people.
    assert [row["Share of samples below"] for row in quantiles] == ["25 %", "50 %", "75 %"]


# --- looks ---------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(scheme: str) -> None:
    blocks = re.findall(r":root \{(.*?)\}", read_text("style/report.css"), re.DOTALL)
    block = blocks[0 if scheme == "light" else 1]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
    grounds = ("ground", "surface", "sunken")
    pairs = [(text, ground) for text in ("ink", "quiet", "accent") for ground in grounds]
    tones = ("good", "bad", "care", "calm")
    pairs += [(tone, f"{tone}-ground") for tone in tones]
    pairs += [("ink", f"{tone}-ground") for tone in tones]
    pairs += [("good", "surface"), ("bad", "surface")]
    for text, ground in pairs:
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def test_resources_do_not_lead_out_of_their_package() -> None:
    assert read_bytes("style/report.css").decode() == read_text("style/report.css")
    for name in ("../secret", "/etc/passwd", "style/../../x", "", "style\\report.css"):
        with pytest.raises(ValueError, match="not the name of a resource"):
            read_text(name)
    with pytest.raises(FileNotFoundError):
        read_text("style/none.css")
