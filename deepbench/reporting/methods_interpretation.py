"""Methods of stage 11 for the methods paragraph: importance, panels, failures, simple copies."""

from __future__ import annotations

from deepbench.data.wording import in_sentence, noun, shorten
from deepbench.reporting.verdict import title_of
from deepbench.reporting.wording import clipped, listing, percent
from deepbench.study.records import (
    AttributionRecord,
    FailuresRecord,
    ImitationRecord,
    InterpretationRecord,
    PanelsRecord,
    StudySummary,
)

REFERENCES = {
    "Adebayo et al., 2018": "Adebayo J, Gilmer J, Muelly M, Goodfellow I, Hardt M, Kim B. Sanity "
    "checks for saliency maps. Advances in Neural Information Processing Systems 31, 2018.",
    "Barber et al., 2021": "Barber RF, Candès EJ, Ramdas A, Tibshirani RJ. Predictive inference "
    "with the jackknife+. Ann Stat 2021;49:486–507. doi:10.1214/20-AOS1965",
    "Benjamini and Hochberg, 1995": "Benjamini Y, Hochberg Y. Controlling the false discovery "
    "rate: a practical and powerful approach to multiple testing. J R Stat Soc B "
    "1995;57:289–300. doi:10.1111/j.2517-6161.1995.tb02031.x",
    "Erion et al., 2021": "Erion G, Janizek JD, Sturmfels P, Lundberg SM, Lee SI. Improving "
    "performance of deep learning models with axiomatic attribution priors and expected "
    "gradients. Nat Mach Intell 2021;3:620–631. doi:10.1038/s42256-021-00343-w",
    "Kursa and Rudnicki, 2010": "Kursa MB, Rudnicki WR. Feature selection with the Boruta "
    "package. J Stat Softw 2010;36(11):1–13. doi:10.18637/jss.v036.i11",
    "Lundberg and Lee, 2017": "Lundberg SM, Lee SI. A unified approach to interpreting model "
    "predictions. Advances in Neural Information Processing Systems 30, 2017.",
    "Lundberg et al., 2020": "Lundberg SM, Erion G, Chen H, et al. From local explanations to "
    "global understanding with explainable AI for trees. Nat Mach Intell 2020;2:56–67. "
    "doi:10.1038/s42256-019-0138-9",
    "Nogueira et al., 2018": "Nogueira S, Sechidis K, Brown G. On the stability of feature "
    "selection algorithms. J Mach Learn Res 2018;18(174):1–54.",
    "Northcutt et al., 2021": "Northcutt CG, Jiang L, Chuang IL. Confident learning: estimating "
    "uncertainty in dataset labels. J Artif Intell Res 2021;70:1373–1411. "
    "doi:10.1613/jair.1.12125",
    "Tusher et al., 2001": "Tusher VG, Tibshirani R, Chu G. Significance analysis of microarrays "
    "applied to the ionizing radiation response. Proc Natl Acad Sci USA 2001;98:5116–5121. "
    "doi:10.1073/pnas.091062498",
    "Vovk, 2015": "Vovk V. Cross-conformal predictors. Ann Math Artif Intell 2015;74:9–28. "
    "doi:10.1007/s10472-013-9368-4",
    "Wu and Smyth, 2012": "Wu D, Smyth GK. Camera: a competitive gene set test accounting for "
    "inter-gene correlation. Nucleic Acids Res 2012;40:e133. doi:10.1093/nar/gks461",
}


def interpretation_text(summary: StudySummary) -> str:
    """Write how it was measured what models use and where the chosen one fails.

    Args:
        summary: The records; only what was done is said.
    """
    record = summary.interpretation
    if record is None or not record.models:
        return ""
    parts = [
        _attributions(summary, record),
        _panels(record.panels) if record.panels is not None else "",
        _failures(summary, record.failures) if record.failures is not None else "",
        _copies(summary, record.imitations) if record.imitations else "",
        _enrichment(record),
    ]
    return " ".join(part for part in parts if part)


def _attributions(summary: StudySummary, record: InterpretationRecord) -> str:
    used = listing(
        [f"{_cited(model.method)} for {_title(summary, model)}" for model in record.models]
    )
    text = (
        f"What the models use was measured on held-out samples: {used}. Importance is the mean "
        "absolute attribution with its 95 % interval over units and fits"
    )
    if any(_has_twin(model) for model in record.models):
        text += (
            ", and compared with that of features of no use: in models trained on shuffled "
            "labels, and as copies of features with values exchanged between units (Kursa and "
            "Rudnicki, 2010), at most 5 % of those called used being expected to be noise (Tusher "
            "et al., 2001)"
        )
    if any(model.groups for model in record.models):
        text += "; correlated features were also read as groups"
    text += "; attributions are associations, not causes."
    if any(model.weights_check is not None for model in record.models):
        text += (
            " Attributions of the network were compared with those of the same network with "
            "random weights (Adebayo et al., 2018)."
        )
    return text


def _has_twin(model: AttributionRecord) -> bool:
    return any(entry.twin is not None for entry in model.features)


def _title(summary: StudySummary, model: AttributionRecord) -> str:
    return in_sentence(clipped(title_of(summary, model.model)))


def _cited(method: str) -> str:
    """Return a method with the work it comes from."""
    method = shorten(method, 200)
    lower = method.lower()
    if "tree" in lower:
        work = "Lundberg et al., 2020"
    elif "gradient" in lower:
        work = "Erion et al., 2021"
    elif "shap" in lower:
        work = "Lundberg and Lee, 2017"
    else:
        return method
    return f"{method[:-1]}; {work})" if method.endswith(")") else f"{method} ({work})"


def _panels(record: PanelsRecord) -> str:
    if not record.sizes:
        return ""
    text = (
        f"Short panels of up to {record.sizes[-1].features} features "
        f"({in_sentence(record.simple_model)}) were selected inside each fold and scored on "
        "samples that had no part in the selection; the smallest was taken whose score lies "
        "within one standard error of the paired difference from the full model"
    )
    if record.stability is not None:
        text += ". Stability of the selection is corrected for chance (Nogueira et al., 2018)"
    return f"{text}."


def _failures(summary: StudySummary, record: FailuresRecord) -> str:
    regression = summary.sheet is not None and summary.sheet.task == "regression"
    text = ""
    if record.groups or record.slices:
        text = (
            "On held-out predictions of the training samples, errors in groups of samples were "
            "compared with those of all others by exchanging errors between units, and corrected "
            "for all groups looked at (Benjamini and Hochberg, 1995)."
        )
    if record.label_suspects:
        how = (
            "residuals far outside those of similar predictions"
            if regression
            else "confident learning (Northcutt et al., 2021)"
        )
        text += f" Outcomes that may be wrong were searched for by {how}."
    if record.conformal:
        rates = listing([percent(entry.error_rate) for entry in record.conformal])
        kind = (
            "Prediction intervals were taken from held-out residuals (Barber et al., 2021)"
            if regression
            else "Prediction sets were made class by class by cross-conformal prediction (Vovk, "
            "2015)"
        )
        text += f" {kind}, for shares of {rates} of samples missed."
    return text.strip()


def _copies(summary: StudySummary, records: tuple[ImitationRecord, ...]) -> str:
    models = dict.fromkeys(title_of(summary, record.model) for record in records)
    forms = dict.fromkeys(f"a {record.form}" for record in records)
    named = listing([in_sentence(clipped(title)) for title in models])
    return (
        f"To make {noun(len(models), 'it', 'them')} readable, {named} "
        f"{noun(len(models), 'was', 'were each')} imitated by {listing(list(forms))}; how well a "
        "copy agrees with its model was measured on samples that neither was fitted on."
    )


def _enrichment(record: InterpretationRecord) -> str:
    if not any(entry.tested for entry in record.enrichment):
        return ""
    return (
        "Gene sets of the authors were tested for larger importances than those of other "
        "features, allowing for the correlation of genes within a set (Wu and Smyth, 2012), and "
        "corrected for all sets (Benjamini and Hochberg, 1995)."
    )
