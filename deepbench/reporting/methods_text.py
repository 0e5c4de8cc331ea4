"""The methods paragraph to copy into a paper: what was done, with this study's numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from deepbench.data.wording import counted, in_sentence, noun
from deepbench.errors import PlanError
from deepbench.plan import StudyPlan, parse_plan
from deepbench.reporting.effort import effort_words
from deepbench.reporting.methods_interpretation import (
    REFERENCES as INTERPRETATION_REFERENCES,
)
from deepbench.reporting.methods_interpretation import interpretation_text
from deepbench.reporting.methods_privacy import REFERENCES as PRIVACY_REFERENCES
from deepbench.reporting.methods_privacy import claims_text, privacy_text
from deepbench.reporting.preparation_text import REFERENCES, filter_text, transformation_text
from deepbench.reporting.repeated_rows import sized, split_sizes
from deepbench.reporting.small_cells import SmallCells, is_withheld, left_out
from deepbench.reporting.verdict import headline_metric, models_of, title_of
from deepbench.reporting.wording import (
    clipped,
    difference,
    listing,
    metric_title,
    p_value,
    score,
    times,
)
from deepbench.study.records import ShuffleRecord, StudySummary

_REFERENCES = {
    **REFERENCES,
    **INTERPRETATION_REFERENCES,
    **PRIVACY_REFERENCES,
    "Akiba et al., 2019": "Akiba T, Sano S, Yanase T, Ohta T, Koyama M. Optuna: a next-generation "
    "hyperparameter optimization framework. KDD 2019. doi:10.1145/3292500.3330701",
    "Besag and Clifford, 1991": "Besag J, Clifford P. Sequential Monte Carlo p-values. Biometrika "
    "1991;78:301–304. doi:10.1093/biomet/78.2.301",
    "Breiman et al., 1984": "Breiman L, Friedman JH, Olshen RA, Stone CJ. Classification and "
    "regression trees. Wadsworth, 1984.",
    "DeLong et al., 1988": "DeLong ER, DeLong DM, Clarke-Pearson DL. Comparing the areas under "
    "two or more correlated receiver operating characteristic curves: a nonparametric approach. "
    "Biometrics 1988;44:837–845. doi:10.2307/2531595",
    "Guo et al., 2017": "Guo C, Pleiss G, Sun Y, Weinberger KQ. On calibration of modern neural "
    "networks. ICML 2017. PMLR 70:1321–1330.",
    "Lee et al., 2022": "Lee BD, Gitter A, Greene CS, et al. Ten quick tips for deep learning in "
    "biology. PLoS Comput Biol 2022;18:e1009803. doi:10.1371/journal.pcbi.1009803",
    "Menon et al., 2013": "Menon A, Narasimhan H, Agarwal S, Chawla S. On the statistical "
    "consistency of algorithms for binary classification under class imbalance. ICML 2013. PMLR "
    "28:603–611.",
    "Nadeau and Bengio, 2003": "Nadeau C, Bengio Y. Inference for the generalization error. "
    "Machine Learning 2003;52:239–281. doi:10.1023/A:1024068626366",
    "Newcombe, 2006": "Newcombe RG. Confidence intervals for an effect size measure based on the "
    "Mann-Whitney statistic. Part 2: asymptotic methods and evaluation. Stat Med 2006;25:559–573. "
    "doi:10.1002/sim.2324",
    "Ojala and Garriga, 2010": "Ojala M, Garriga GC. Permutation tests for studying classifier "
    "performance. J Mach Learn Res 2010;11:1833–1863.",
    "Paszke et al., 2019": "Paszke A, Gross S, Massa F, et al. PyTorch: an imperative style, "
    "high-performance deep learning library. Advances in Neural Information Processing Systems "
    "32, 2019.",
    "Pedregosa et al., 2011": "Pedregosa F, Varoquaux G, Gramfort A, et al. Scikit-learn: machine "
    "learning in Python. J Mach Learn Res 2011;12:2825–2830.",
    "Phipson and Smyth, 2010": "Phipson B, Smyth GK. Permutation p-values should never be zero. "
    "Stat Appl Genet Mol Biol 2010;9:39. doi:10.2202/1544-6115.1585",
    "Platt, 1999": "Platt JC. Probabilistic outputs for support vector machines and comparisons "
    "to regularized likelihood methods. Advances in Large Margin Classifiers, MIT Press, 1999, "
    "61–74.",
    "Tsamardinos et al., 2018": "Tsamardinos I, Greasidou E, Borboudakis G. Bootstrapping the "
    "out-of-sample predictions for efficient and accurate cross-validation. Machine Learning "
    "2018;107:1895–1922. doi:10.1007/s10994-018-5714-4",
}
_DESIGNS = {
    "holdout": "held out once",
    "nested": "set aside by nested resampling, each outer fold being evaluated once at the end",
    "leave-one-site-out": "set aside by leaving out one site at a time",
    "leave-one-batch-out": "set aside by leaving out one batch at a time",
    "time": "set aside by date, the latest samples forming the test set",
    "own": "set aside as the authors had divided them beforehand",
}
_VERSIONS_CITED = ("python", "scikit-learn", "torch", "optuna", "shap")


@dataclass(frozen=True)
class Methods:
    """Text for the methods section.

    Attributes:
        paragraphs: What was done, in order.
        references: The works cited in it, in alphabetical order.
    """

    paragraphs: tuple[str, ...]
    references: tuple[str, ...]


def plan_of(summary: StudySummary) -> StudyPlan | None:
    """Return the plan of the study, or None when its text cannot be read any more."""
    try:
        return parse_plan(summary.plan_toml)
    except PlanError:
        return None


def methods_text(summary: StudySummary, cells: SmallCells | None = None) -> Methods:
    """Write the methods of this study; only what has been done is said.

    Args:
        summary: The records.
        cells: Rule for small counts of samples and units.
    """
    paragraphs = tuple(part for part in methods_parts(summary, cells).values() if part)
    return Methods(paragraphs, cited_in(" ".join(paragraphs)))


def methods_parts(summary: StudySummary, cells: SmallCells | None = None) -> dict[str, str]:
    """Return the paragraphs by what they are about, in order; empty where nothing was done."""
    cells = replace(cells or SmallCells(), samples_alone=summary.samples_alone)
    return {
        "data": _data(summary, cells),
        "split": _split(summary, cells),
        "models": _models(summary),
        "shuffles": _shuffles(summary),
        "choice": _choice(summary),
        "interpretation": interpretation_text(summary),
        "claims": claims_text(summary),
        "privacy": privacy_text(summary),
        "software": _software(summary),
    }


def cited_in(text: str) -> tuple[str, ...]:
    """Return the works that a text of this program cites, in alphabetical order."""
    return tuple(entry for key, entry in sorted(_REFERENCES.items()) if key in text)


def _counted(cells: SmallCells, count: int, singular: str) -> str:
    return f"{cells.total(count)} {noun(count, singular)}"


def _data(summary: StudySummary, cells: SmallCells) -> str:
    sheet = summary.sheet
    if sheet is None:
        return ""
    kind = {
        "binary": "a binary outcome",
        "multiclass": f"an outcome with {counted(len(sheet.classes), 'class', 'classes')}",
        "regression": "a continuous outcome",
    }[sheet.task]
    features = summary.check.features if summary.check is not None else sheet.features
    units = f" from {_counted(cells, sheet.units, 'biological unit')}"
    text = (
        f"We analysed {_counted(cells, sheet.samples, 'sample')}"
        f"{'' if cells.samples_alone else units} with {counted(features, 'feature')} "
        f"({sheet.numeric_features:,} numeric and {sheet.categorical_features:,} categorical in "
        f"the table) and {kind} (“{sheet.outcome}”)."
    )
    if summary.check is not None and summary.check.left_out_features:
        count = len(summary.check.left_out_features)
        verb = "was" if count == 1 else "were"
        text += f" {counted(count, 'feature')} {verb} left out by the data check."
    if summary.check is not None and summary.check.left_out_samples:
        samples, verb = left_out(summary.check.left_out_samples, "sample", cells)
        text += f" {samples} {verb} left out after a look at the data."
    if summary.check is not None:
        text = f"{text} {transformation_text(summary.check.preparation)}".rstrip()
    return text


def _split(summary: StudySummary, cells: SmallCells) -> str:
    record = summary.split
    if record is None:
        return ""
    of = sized(cells)
    training, test = cells.several(split_sizes(record, samples_alone=cells.samples_alone))
    sizes = ""
    if not is_withheld(training) and not is_withheld(test):
        sizes = f" ({training} {of} for training, {test} for testing)"
        if len(record.outer_folds) > 1:
            folds = counted(len(record.outer_folds), "outer fold")
            sizes = f" ({folds}, at least {training} {of} for training; {test} {of} tested)"
    text = (
        f"Before any model was fitted, test samples were {_DESIGNS[record.design]}{sizes}; "
        "samples of one unit never crossed sets. Settings were tuned inside the training set by "
        f"{record.tuning_folds}-fold cross-validation"
    )
    if record.tuning_repeats > 1:
        text += f", repeated {times(record.tuning_repeats)}"
    text += (
        ", with units kept together. Imputation, scaling, encoding and feature filtering were "
        "fitted inside each fold."
    )
    return f"{text} {filter_text(plan_of(summary))}".rstrip()


def _models(summary: StudySummary) -> str:
    models = models_of(summary)
    if not models:
        return ""
    baselines = [m for m in models if m.family == "baseline" and m.name != "dummy"]
    networks = [model for model in models if model.family == "network"]
    text = ""
    if baselines:
        text += (
            f"Traditional models ({listing([_running(m.title) for m in baselines])}) were tuned "
            "with scikit-learn (Pedregosa et al., 2011) and Optuna (Akiba et al., 2019). "
        )
    if networks:
        text += (
            f"Neural networks ({listing([_running(m.size or m.title) for m in networks])}) were "
            "trained with PyTorch (Paszke et al., 2019), smallest first, with early stopping. "
        )
    effort = effort_words(models)
    text += f"{effort}. " if effort else ""
    metric = metric_title(models[0].metric)
    return (
        f"{text}Models were compared by {metric}. Because the best score among many trials is too "
        "optimistic, we report tuning scores corrected by bootstrapping the out-of-fold "
        "predictions over units with the winner selected anew each time (BBC-CV; Tsamardinos et "
        "al., 2018)."
    ) + _blend(summary)


def _blend(summary: StudySummary) -> str:
    record = summary.networks.blend if summary.networks is not None else None
    if record is None:
        return ""
    return (
        f" As a reference that was no candidate, the mean of the best settings of "
        f"{len(record.members)} model families was scored in the same way."
    )


def _running(title: str) -> str:
    """Return a title for running text."""
    return in_sentence(clipped(title))


def _shuffles(summary: StudySummary) -> str:
    record = summary.shuffles
    if record is None or not record.models:
        return ""
    replicates = max(model.replicates for model in record.models)
    results = "; ".join(
        f"{_running(model.title or title_of(summary, model.model))}, {p_value(model.p_value)}"
        for model in record.models
    )
    counts = (
        "a p-value made for a test that ends once no signal can be shown any more (Besag and "
        "Clifford, 1991)"
        if record.ended_early
        else "p-values that count the real labels as one of the shuffles (Phipson and Smyth, 2010)"
    )
    return (
        f"Whether there is a signal at all was tested by shuffling the labels {times(replicates)} "
        f"between units and repeating {_repeated(record)} (Ojala and Garriga, 2010), with "
        f"{counts}: {results}; all models together, {p_value(record.p_value)}."
    )


def _repeated(record: ShuffleRecord) -> str:
    if any(model.repeated == "selected settings" for model in record.models):
        return "the fits with the selected settings"
    settings = sum(model.settings for model in record.models)
    return (
        f"a search over {counted(settings, 'default setting')} of all kinds of models, with "
        "scaling, filters and the choice of the best inside each shuffle"
    )


def _choice(summary: StudySummary) -> str:
    choice = summary.choice
    if choice is None:
        return ""
    text = ""
    if choice.comparison is not None:
        text = (
            f"{title_of(summary, choice.comparison.network)} and "
            f"{title_of(summary, choice.comparison.baseline)} were compared on the same tuning "
            "folds, paired over units and corrected for the choice among settings (difference in "
            f"{metric_title(choice.comparison.metric)}: "
            f"{difference(choice.comparison, brackets=False)}). "
        )
    if choice.recommended:
        text += (
            "We chose the simplest model within one standard error of the best (Breiman et al., "
            f"1984), {_running(title_of(summary, choice.recommended))}. "
        )
    test = choice.test
    if choice.calibration and choice.decision is not None:
        kind = (
            "logistic recalibration (Platt, 1999)"
            if len(choice.calibration[0].shifts) == 2
            else "temperature scaling with a shift for each class (Guo et al., 2017)"
        )
        text += (
            f"Probabilities were calibrated on out-of-fold predictions by {kind}, and a sample "
            "was assigned to the class whose probability had risen most over its share in the "
            "training set (Menon et al., 2013). "
        )
    if test.opened == 0:
        return f"{text}The test set was not opened."
    text += f"The test set was opened {times(test.opened)}"
    name = headline_metric(summary)
    if name:
        text += f"; the chosen model reached {metric_title(name)} {score(test.metrics[name])}"
    return f"{text}. {_intervals(summary)}"


def _intervals(summary: StudySummary) -> str:
    text = "Intervals are 95 % intervals over units, by the bootstrap"
    metrics = summary.choice.test.metrics if summary.choice is not None else {}
    if "balanced_accuracy" in metrics:
        text += ", for metrics of the classes said by draws around the table of classes"
    if "auroc_delong" in metrics:
        text += (
            ", for the AUROC by a score interval (Newcombe, 2006) beside DeLong’s on the logit "
            "scale (DeLong et al., 1988)"
        )
    if summary.split is not None and len(summary.split.outer_folds) > 1:
        text += (
            "; they allow for the training samples that the models of the outer folds share "
            "(Nadeau and Bengio, 2003)"
        )
    return f"{text}."


def _software(summary: StudySummary) -> str:
    text = f"The analysis was run with DeepBench {summary.version}, which follows Lee et al., 2022"
    if summary.start is not None:
        known = {name.lower(): value for name, value in summary.start.machine.versions.items()}
        used = [f"{name} {known[name]}" for name in _VERSIONS_CITED if name in known]
        if used:
            text += f" ({', '.join(used)})"
    plan = plan_of(summary)
    if plan is not None:
        text += f", with master seed {plan.seed}"
    return f"{text}."
