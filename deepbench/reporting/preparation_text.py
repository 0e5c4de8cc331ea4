"""What was done to the measurements before any model, for the methods section."""

from __future__ import annotations

from deepbench.data.wording import counted
from deepbench.plan import StudyPlan
from deepbench.study.records import PreparationRecord

REFERENCES = {
    "Aitchison, 1982": "Aitchison J. The statistical analysis of compositional data. J R Stat Soc "
    "B 1982;44:139–160. doi:10.1111/j.2517-6161.1982.tb01195.x",
    "Du et al., 2010": "Du P, Zhang X, Huang CC, et al. Comparison of Beta-value and M-value "
    "methods for quantifying methylation levels by microarray analysis. BMC Bioinformatics "
    "2010;11:587. doi:10.1186/1471-2105-11-587",
    "Gloor et al., 2017": "Gloor GB, Macklaim JM, Pawlowsky-Glahn V, Egozcue JJ. Microbiome "
    "datasets are compositional: and this is not optional. Front Microbiol 2017;8:2224. "
    "doi:10.3389/fmicb.2017.02224",
    "Law et al., 2014": "Law CW, Chen Y, Shi W, Smyth GK. voom: precision weights unlock linear "
    "model analysis tools for RNA-seq read counts. Genome Biol 2014;15:R29. "
    "doi:10.1186/gb-2014-15-2-r29",
    "Martín-Fernández et al., 2003": "Martín-Fernández JA, Barceló-Vidal C, Pawlowsky-Glahn V. "
    "Dealing with zeros and missing values in compositional data sets using nonparametric "
    "imputation. Math Geol 2003;35:253–278. doi:10.1023/A:1023866030544",
}
_DONE = {
    "log2": "transformed to log2(x + 1)",
    "log1p-cpm": "transformed to log2(1 + counts per million) (log1p-CPM, with the library size "
    "of each sample; after Law et al., 2014)",
    "clr": "transformed to centred log-ratios (CLR; Aitchison, 1982; Gloor et al., 2017), zeros "
    "being replaced by half of the smallest value of the sample that is not zero "
    "(Martín-Fernández et al., 2003)",
    "m-values": "transformed from beta values to M-values (Du et al., 2010)",
}


def transformation_text(record: PreparationRecord | None) -> str:
    """Say how the measurements were transformed; nothing if they were taken as they are."""
    if record is None or record.transform == "none":
        return ""
    kind = "" if record.kind == "unknown" else f" ({record.kind})"
    return (
        f"{counted(record.columns, 'measurement')}{kind} of each sample were "
        f"{_DONE[record.transform]}."
    )


def filter_text(plan: StudyPlan | None) -> str:
    """Say which features were filtered without looking at the outcome; nothing without filter."""
    if plan is None:
        return ""
    asked, said = plan.preparation, []
    if asked.most_missing is not None:
        said.append(
            f"features with more than {100 * asked.most_missing:g} % missing values were left out"
        )
    if asked.most_variable is not None:
        after = "" if asked.transform == "none" else " after any transformation"
        said.append(
            f"the {counted(asked.most_variable, 'measurement')} with the largest variance{after} "
            "were kept"
        )
    return f"In the fit rows of each fold, {' and '.join(said)}." if said else ""
