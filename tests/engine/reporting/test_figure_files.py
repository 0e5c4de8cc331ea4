"""Figures as files: pictures everywhere, drawings that say nothing but what they show."""

from __future__ import annotations

import re

from deepbench.privacy.contents import open_contents
from deepbench.reporting.figure_files import captions, figure_files, figures_of
from deepbench.reporting.figures import leaderboard_figure, roc_figure
from deepbench.reporting.views import Section
from tests.engine.reporting import summaries


def sections() -> list[Section]:
    summary = summaries.summary()
    assert summary.baselines is not None
    board = leaderboard_figure(summary.baselines.models)
    assert summary.choice is not None
    assert summary.choice.test.curves is not None
    roc = roc_figure(summary.choice.test.curves, 0.9, on_grid=True)
    return [
        Section("a", "All models", {"pictures": [board], "table": None, "text": "x"}),
        Section("b", "Test", {"blocks": [{"pictures": (roc, board)}], "more": [[roc]]}),
    ]


def test_all_figures_are_found_each_under_a_name_of_its_own() -> None:
    found = figures_of(sections())
    names = [(each.picture.name, each.section) for each in found]
    assert names == [
        ("leaderboard", "All models"),
        ("roc", "Test"),
        ("leaderboard-2", "Test"),
        ("roc-2", "Test"),
    ]


def test_pixels_alone_where_points_may_not_be_read_back() -> None:
    figure = figures_of(sections())[0]
    ((path, content, title),) = figure_files(figure, drawings=False)
    assert (path, title) == ("figures/leaderboard.png", "Figure of “All models”")
    assert content == figure.picture.png


def test_drawings_hold_their_words_as_text_and_say_nothing_else() -> None:
    figure = figures_of(sections())[0]
    files = {
        path.rpartition(".")[2]: content
        for path, content, _ in figure_files(figure, drawings=True)
    }
    assert sorted(files) == ["pdf", "png", "svg"]
    for suffix in ("svg", "pdf"):
        inside = open_contents(f"a.{suffix}", files[suffix])
        assert "Random forest" in "".join(inside.texts), suffix
        said = " ".join(inside.properties)
        assert not re.search(r"matplotlib|20\d\d-|\(20\d\d", said, re.IGNORECASE), said
    assert "Random forest" in figure.picture.texts


def test_the_same_figure_gives_the_same_bytes() -> None:
    figure = figures_of(sections())[1]
    assert figure_files(figure, drawings=True) == figure_files(figure, drawings=True)


def test_captions_say_what_each_figure_shows() -> None:
    found = figures_of(sections())
    text = captions(found).decode("utf-8")
    for each in found:
        assert each.picture.caption in text
        assert each.picture.alt in text
