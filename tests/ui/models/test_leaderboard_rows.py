"""The leaderboard: live from trials, final from the record."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deepbench.study.records import (
    BlendRecord,
    LeaderboardRecord,
    LearningCurveRecord,
    ModelRecord,
    Score,
    TrialRecord,
)
from deepbench_ui.models.leaderboard_rows import (
    best_trial,
    board_figure,
    done_board,
    effort_sentence,
    learning_curve_figure,
    live_board,
)
from deepbench_ui.models.trial_rows import BOARD_COLUMNS
from deepbench_ui.plots.figures import ReferenceLine

Make = Callable[..., TrialRecord]
MakeModel = Callable[..., ModelRecord]


def test_live_rows_count_trials_and_keep_the_best(make_trial: Make) -> None:
    trials = [
        make_trial("svm", 0, 0.7),
        make_trial("svm", 1, 0.9, fold_scores=(0.95, None)),
        make_trial("svm", 2, None),
        make_trial("dummy", 0, 0.5),
    ]
    board = live_board(trials, ["dummy", "svm", "knn"], "auroc")
    dummy, svm, knn = board.rows
    assert (svm.trials, svm.plain, svm.best_trial, svm.seconds) == (3, 0.9, 1, 6.0)
    assert svm.folds == (0.95,)
    assert svm.corrected is None
    assert (knn.trials, knn.plain, knn.best_trial) == (0, None, -1)
    assert dummy.title == "No model (class frequencies or mean)"
    assert board.best() == svm


def test_of_equal_trials_the_first_is_the_best(make_trial: Make) -> None:
    found = best_trial([make_trial("svm", 2, 0.8), make_trial("svm", 1, 0.8)])
    assert found is not None
    assert found.number == 1
    assert best_trial([make_trial("svm", 0, None)]) is None


def test_a_first_look_is_best_only_while_nothing_was_tried_in_full(make_trial: Make) -> None:
    look = make_trial("random_forest", 0, 0.9, first_look=True)
    other = make_trial("random_forest", 1, 0.8, first_look=True)
    in_full = make_trial("random_forest", 2, 0.7)
    assert best_trial([other, look]) == look
    assert best_trial([look, in_full]) == in_full
    assert best_trial([look, make_trial("random_forest", 2, None)]) == look


def test_the_blend_is_the_last_row_and_never_the_best(make_model: MakeModel) -> None:
    blend = BlendRecord(
        members=(),
        metric="auroc",
        plain=0.97,
        corrected=Score(value=0.96, low=0.9, high=0.99),
        sentence="Mean of the two best settings.",
    )
    models = (make_model("dummy", 0.5), make_model("svm"))
    board = done_board(LeaderboardRecord(models=models, sentences=(), blend=blend))
    row = board.rows[-1]
    assert (row.title, row.short_title, row.plain) == ("Blend", "Blend", 0.97)
    assert row.note == "Mean of the two best settings."
    assert (board.best(), board.luckiest()) == (board.rows[1], board.rows[1])
    figure = board_figure(board)
    assert figure is not None
    assert [dot.name for dot in figure.rows] == ["svm"]
    assert [column.text(row) for column in BOARD_COLUMNS] == [
        "Blend", "–", "0.970", "0.960 (0.900–0.990)", "–",
    ]  # fmt: skip
    alone = LeaderboardRecord(models=(), sentences=(), blend=blend)
    assert done_board(alone).metric == "auroc"
    assert effort_sentence(board) == effort_sentence(
        done_board(LeaderboardRecord(models=models, sentences=()))
    )


def test_done_rows_are_the_record(make_model: MakeModel) -> None:
    models = (make_model("dummy", 0.5, note="ended"), make_model("svm", seed_scores=(0.8,)))
    board = done_board(LeaderboardRecord(models=models, sentences=()))
    dummy, svm = board.rows
    assert board.done
    assert svm.corrected == Score(value=0.85, low=0.8, high=0.9)
    assert svm.folds == (0.8, 0.9)
    assert svm.seeds == (0.8,)
    assert dummy.note == ""
    best = board.best()
    assert best is not None
    assert best.name == "svm"


def test_figure_shows_corrected_scores_with_intervals_and_the_floor_as_a_line(
    make_model: MakeModel,
) -> None:
    models = (make_model("dummy", 0.51), make_model("linear"), make_model("network-small"))
    figure = board_figure(done_board(LeaderboardRecord(models=models, sentences=())))
    assert figure is not None
    assert [(r.name, r.value, r.low, r.high, r.points, r.use) for r in figure.rows] == [
        ("linear", 0.85, 0.8, 0.9, (0.8, 0.9), "baseline"),
        ("network-small", 0.85, 0.8, 0.9, (0.8, 0.9), "network"),
    ]
    assert figure.reference == ReferenceLine(0.51, "guessing")
    assert figure.value_title == "Corrected AUROC"
    assert figure.selects == "model"
    assert not figure.per_sample


def test_live_figure_waits_for_a_score_and_compares_with_chance(make_trial: Make) -> None:
    assert board_figure(live_board([], ["svm"], "auroc")) is None
    assert board_figure(live_board([make_trial("dummy", 0, 0.5)], ["dummy"], "auroc")) is None
    figure = board_figure(live_board([make_trial("svm", 0, 0.3)], ["svm"], "r2"))
    assert figure is not None
    assert figure.reference == ReferenceLine(0.0, "guessing")
    assert figure.value_title == "Best R² so far"
    assert figure.rows[0].low is None


def test_a_rival_takes_the_place_of_guessing(make_trial: Make) -> None:
    rival = ReferenceLine(0.8, "Random forest", "baseline")
    board = live_board([make_trial("network-small", 0)], ["network-small"], "auroc")
    figure = board_figure(board, rival)
    assert figure is not None
    assert figure.reference == rival


def test_equal_effort_is_said(make_model: MakeModel) -> None:
    models = tuple(make_model(n, trials=16) for n in ("linear", "svm"))
    board = done_board(LeaderboardRecord(models=(make_model("dummy"), *models), sentences=()))
    assert effort_sentence(board) == (
        "Equal effort: 16 settings offered to each family, on the same tuning folds; 6.0 s in all."
    )


def test_fewer_settings_are_named_and_a_time_limit_is_no_equal_effort(
    make_model: MakeModel,
) -> None:
    few = make_model("knn", trials=9, note="no other settings are left to try.")
    board = done_board(LeaderboardRecord(models=(make_model("svm"), few), sentences=()))
    assert effort_sentence(board).startswith("Equal effort: 9 settings")
    more = (make_model("svm", trials=16), few)
    said = effort_sentence(done_board(LeaderboardRecord(models=more, sentences=())))
    assert said.startswith("Equal effort: 16 settings")
    assert said.endswith("not expected to gain anything: Nearest neighbours 9.")
    stopped = make_model("knn", trials=9, note="ended: the time limit of the plan was reached.")
    board = done_board(LeaderboardRecord(models=(more[0], stopped), sentences=()))
    assert "not equal" in effort_sentence(board)
    assert "Support vector machine 16, Nearest neighbours 9" in effort_sentence(board)


def test_searches_that_ended_early_were_offered_the_same(make_model: MakeModel) -> None:
    ended = tuple(make_model(n, trials=9, offered=16) for n in ("svm", "knn"))
    said = effort_sentence(done_board(LeaderboardRecord(models=ended, sentences=())))
    assert said.startswith("Equal effort: 16 settings offered to each family")
    assert said.endswith("Support vector machine 9, Nearest neighbours 9.")


def test_effort_so_far(make_trial: Make) -> None:
    board = live_board([make_trial("svm", 0), make_trial("svm", 1)], ["svm", "knn"], "auroc")
    assert effort_sentence(board).startswith("So far 2 settings in all, 4.0 s.")
    assert effort_sentence(live_board([], ["svm"], "auroc")) == "No settings have been tried yet."


def test_learning_curve_has_its_spread() -> None:
    record = LearningCurveRecord(
        model="svm",
        metric="auroc",
        samples=(10, 20, 30),
        scores=(0.6, None, 0.8),
        spreads=(0.1, 0.1, None),
    )
    figure = learning_curve_figure(record)
    (curve,) = figure.curves
    assert curve.x == (10.0, 20.0, 30.0)
    assert curve.y == (0.6, None, 0.8)
    assert curve.low[0] == pytest.approx(0.5)
    assert curve.high[0] == pytest.approx(0.7)
    assert (curve.low[1:], curve.high[1:]) == ((None, None), (None, None))
    assert "Support vector machine" in figure.sentence
    assert figure.band_title == "spread over tuning folds"


def test_learning_curve_has_its_limits() -> None:
    record = LearningCurveRecord(
        model="svm",
        metric="auroc",
        samples=(10, 20),
        scores=(0.6, 0.8),
        spreads=(0.1, 0.1),
        low=(0.5, None),
        high=(0.75, None),
        sentence="It still climbs.",
    )
    figure = learning_curve_figure(record)
    assert (figure.curves[0].low, figure.curves[0].high) == ((0.5, None), (0.75, None))
    assert "interval" in figure.band_title
    assert figure.sentence.endswith("It still climbs.")
