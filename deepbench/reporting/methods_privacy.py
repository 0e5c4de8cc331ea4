"""Methods of stages 12 and 13 for the methods paragraph: wording, audit, private training."""

from __future__ import annotations

from deepbench.data.wording import counted, in_sentence
from deepbench.reporting.verdict import title_of
from deepbench.reporting.wording import clipped, listing, number
from deepbench.study.records import (
    AuditRecord,
    CertificateRecord,
    EthicsRecord,
    PrivateTrainingRecord,
    StudySummary,
)

REFERENCES = {
    "Abadi et al., 2016": "Abadi M, Chu A, Goodfellow I, et al. Deep learning with differential "
    "privacy. ACM CCS 2016:308–318. doi:10.1145/2976749.2978318",
    "Carlini et al., 2022": "Carlini N, Chien S, Nasr M, Song S, Terzis A, Tramèr F. Membership "
    "inference attacks from first principles. IEEE Symposium on Security and Privacy "
    "2022:1897–1914. doi:10.1109/SP46214.2022.9833649",
    "Fredrikson et al., 2015": "Fredrikson M, Jha S, Ristenpart T. Model inversion attacks that "
    "exploit confidence information and basic countermeasures. ACM CCS 2015:1322–1333. "
    "doi:10.1145/2810103.2813677",
    "Gopi et al., 2021": "Gopi S, Lee YT, Wutschitz L. Numerical composition of differential "
    "privacy. Advances in Neural Information Processing Systems 34, 2021. arXiv:2106.02848",
    "Machanavajjhala et al., 2007": "Machanavajjhala A, Kifer D, Gehrke J, Venkitasubramaniam M. "
    "l-diversity: privacy beyond k-anonymity. ACM Trans Knowl Discov Data 2007;1:3. "
    "doi:10.1145/1217299.1217302",
    "Mironov, 2017": "Mironov I. Rényi differential privacy. IEEE Computer Security Foundations "
    "Symposium 2017:263–275. doi:10.1109/CSF.2017.11",
    "Sweeney, 2002": "Sweeney L. k-anonymity: a model for protecting privacy. Int J Uncertain "
    "Fuzziness Knowl-Based Syst 2002;10:557–570. doi:10.1142/S0218488502001648",
    "Yeom et al., 2018": "Yeom S, Giacomelli I, Fredrikson M, Jha S. Privacy risk in machine "
    "learning: analyzing the connection to overfitting. IEEE Computer Security Foundations "
    "Symposium 2018:268–282. doi:10.1109/CSF.2018.00027",
    "Yousefpour et al., 2021": "Yousefpour A, Shilov I, Sablayrolles A, et al. Opacus: "
    "user-friendly differential privacy library in PyTorch. 2021. arXiv:2109.12298",
    "Zarifzadeh et al., 2024": "Zarifzadeh S, Liu P, Shokri R. Low-cost high-power membership "
    "inference attacks. ICML 2024. arXiv:2312.03262",
}
# What an attack looks at, by the beginning of its name.
_ATTACKS = (
    ("confidence", "how sure the model is (Yeom et al., 2018)"),
    ("lira", "likelihood ratios (LiRA; Carlini et al., 2022)"),
    ("rmia", "ratios ranked among all units (RMIA; Zarifzadeh et al., 2024)"),
    ("final", "the finished model’s answers to training and test samples"),
)
_ACCOUNTANTS = {"rdp": "RDP; Mironov, 2017", "prv": "PRV; Gopi et al., 2021"}


def claims_text(summary: StudySummary) -> str:
    """Say how claims were worded; nothing where stage 12 wrote none.

    Args:
        summary: The records; only what was done is said.
    """
    record = summary.claims
    if record is None or not (record.claims or record.own):
        return ""
    text = (
        "Findings were worded as associations in these samples, each with what speaks against it"
    )
    if record.own or record.causal:
        text += "; sentences of the authors were searched for words of cause"
    if record.checklist:
        text += (
            ". Because the score was higher than could be expected, a checklist for leakage was "
            "gone through"
        )
    return f"{text}."


def privacy_text(summary: StudySummary) -> str:
    """Say how privacy was looked at before anything left the study.

    Args:
        summary: The records; only what was done is said.
    """
    record = summary.ethics
    if record is None:
        return ""
    parts = [
        _sensitivity(record),
        _audit(record.audit) if record.audit is not None else "",
        _private(summary, record.private_training) if record.private_training else "",
    ]
    return " ".join(part for part in parts if part)


def _sensitivity(record: EthicsRecord) -> str:
    found = record.sensitivity
    if found is None:
        return ""
    text = "Names and values of the table were searched for what identifies a person"
    if found.rare is not None:
        text += (
            f", and units were counted by {counted(len(found.rare.columns), 'quasi-identifier')} "
            "(k-anonymity; Sweeney, 2002)"
        )
        if found.rare.diversity is not None:
            text += " and the values that share them (l-diversity; Machanavajjhala et al., 2007)"
    return f"{text}."


def _audit(record: AuditRecord) -> str:
    if not record.attacks:
        return ""
    names = [attack.name for attack in record.attacks]
    looked = [words for start, words in _ATTACKS if any(name.startswith(start) for name in names)]
    text = (
        f"Whether the model gives away who was in its training set was measured by "
        f"{counted(len(names), 'membership inference attack')} on {listing(looked)}"
    )
    if record.shadows:
        text += (
            f", with {counted(record.shadows, 'model')} of the same kind each trained on half of "
            f"the units"
        )
    text += (
        f". Attacks were scored by {record.unit}, and the most successful one counts; intervals "
        "hold for all of them together"
    )
    if record.attributes:
        columns = listing([f"“{clipped(item.column)}”" for item in record.attributes])
        text += (
            f". Whether answers of the model give {columns} away was measured by guessing its "
            "values (Fredrikson et al., 2015)"
        )
    return f"{text}."


def _private(summary: StudySummary, record: PrivateTrainingRecord) -> str:
    if not record.points and record.certificate is None:
        return ""
    network = in_sentence(clipped(title_of(summary, record.network)))
    budgets = listing([f"{point.epsilon:g}" for point in record.points])
    text = (
        f"A differentially private variant ({network}) was trained with clipped and noised "
        "gradients (DP-SGD; Abadi et al., 2016), a biological unit with all its samples being "
        "what is protected"
    )
    text += f", at ε = {budgets}" if budgets else ""
    if record.certificate is not None:
        text += f". {_certificate(record.certificate)}"
    return f"{text}."


def _certificate(record: CertificateRecord) -> str:
    counts = [
        f"{number(epsilon, 3)} ({_ACCOUNTANTS.get(name.casefold(), name)})"
        for name, epsilon in record.accountants
    ]
    return (
        f"The stored private model is guaranteed ε = {number(record.epsilon, 3)}, "
        f"δ = {number(record.delta)}, the larger of what two accountants of Opacus (Yousefpour "
        f"et al., 2021) give: {listing(counts)}"
    )
