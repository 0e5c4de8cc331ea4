"""The model card, as Markdown with a YAML head and as a web page.

Sections after Mitchell et al., "Model cards for model reporting", FAT* 2019, doi
10.1145/3287560.3287596; head as model hubs read it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from deepbench.data.wording import counted
from deepbench.plan import Approval
from deepbench.reporting.documents import data_sentences as data
from deepbench.reporting.documents import model_sentences as models
from deepbench.reporting.documents.blocks import (
    NOT_STATED,
    Block,
    Facts,
    Grid,
    Heading,
    Points,
    Section,
    Text,
    section,
)
from deepbench.reporting.documents.card_head import card_head
from deepbench.reporting.documents.card_privacy import privacy_section, threats_section
from deepbench.reporting.documents.card_verify import citing_section, verify_section
from deepbench.reporting.documents.markdown import to_markdown
from deepbench.reporting.documents.shared_answers import not_shown
from deepbench.reporting.documents.study_facts import Document, StudyFacts
from deepbench.reporting.documents.web_page import to_web_page
from deepbench.reporting.ethics_view import groups_table
from deepbench.reporting.model_tables import subgroup_table, test_table
from deepbench.reporting.small_cells import HIDDEN, SmallCells
from deepbench.reporting.tables import Table
from deepbench.reporting.verdict import test_openings, test_use_sentence, verdict_sentences
from deepbench.reporting.wording import clipped, listing, sentence
from deepbench.study.records import StudySummary

MARKDOWN_PATH = "card/model-card.md"
HTML_PATH = "card/model-card.html"
TITLE = "Model card"

#: Groups of fewer units say little about the group, whatever the level.
_SMALLEST_GROUP = 10
_SCORE = 4  # column of the table of groups
_NOT_AUDITED = (
    "{groups} {verb} not shown: too small (fewer than {least} test units), or numbers on a few "
    "people would follow from it."
)
_NO_MODEL = (
    "No model is recommended, so there is none to use; the card says what was tried and found."
)
_RESEARCH = (
    "Not shown to be fit for decisions about single persons, and no medical device.",
    "Not for samples taken, stored or measured in another way than those of the training set.",
    "Not as evidence of causes: what the model uses is associated with the outcome.",
)


def model_card(
    summary: StudySummary,
    answers: Mapping[str, str],
    cells: SmallCells | None = None,
    *,
    approvals: Sequence[Approval] = (),
) -> list[Document]:
    """Return the model card of a study, as Markdown and as a web page.

    Args:
        summary: The records, as released for the study's level.
        answers: Answers to the questions of the documents, by key.
        cells: Rule for small counts, where it is stricter than the level of the records.
        approvals: Overrides by which files leave together with the card.
    """
    facts = StudyFacts.of(summary, answers, cells)
    sections = card_sections(facts, approvals)
    title = f"Model card: {clipped(summary.title, 160)}"
    text = to_markdown(title, sections, card_head(facts))
    page = to_web_page(
        clipped(summary.title, 160),
        "Model card",
        sections,
        f"Written by DeepBench {summary.version}. {test_use_sentence(test_openings(summary))}.",
    )
    return [
        (MARKDOWN_PATH, text.encode("utf-8"), TITLE),
        (HTML_PATH, page.encode("utf-8"), f"{TITLE} as a web page"),
    ]


def card_sections(facts: StudyFacts, approvals: Sequence[Approval] = ()) -> list[Section]:
    """Return what stands in the card."""
    return [
        _overview(facts),
        _intended_use(facts),
        section(
            "out-of-scope",
            "Out-of-scope use",
            Points(tuple(filter(None, [facts.told("out_of_scope"), *_RESEARCH]))),
        ),
        _inputs(facts),
        _training_data(facts),
        _building(facts),
        _performance(facts),
        _subgroups(facts),
        section("calibration", "Calibration", Text(models.calibration(facts))),
        section("decision-rule", "Decision rule", Text(models.decision_rule(facts))),
        _uses(facts),
        _limitations(facts),
        _ethics(facts),
        privacy_section(facts, approvals),
        threats_section(),
        verify_section(),
        citing_section(facts),
    ]


def _overview(facts: StudyFacts) -> Section:
    said = verdict_sentences(facts.summary)
    no_model = facts.summary.choice is not None and not facts.summary.choice.recommended
    authors = facts.answers.get("authors", NOT_STATED)
    return section(
        "overview",
        "Overview",
        Points(tuple(said)),
        Text(_NO_MODEL) if no_model else None,
        Facts(
            (
                ("Recommended model", models.chosen_title(facts) or NOT_STATED),
                ("Made with", f"DeepBench {facts.summary.version}"),
                ("Date", facts.summary.date or NOT_STATED),
                ("Authors", authors),
                ("Licence of the model", facts.answers.get("model_licence", NOT_STATED)),
                ("Published in", facts.answers.get("paper_identifier", NOT_STATED)),
                ("Contact", facts.answers.get("contact", NOT_STATED)),
                ("Sensitivity of the data", facts.level),
            )
        ),
    )


def _intended_use(facts: StudyFacts) -> Section:
    for_whom, asked = facts.told("population"), data.question(facts)
    return section(
        "intended-use",
        "Intended use",
        Text(facts.told("intended_use") or NOT_STATED),
        Text(f"Question of the study: {asked}" if asked else ""),
        Text(f"Population: {for_whom}" if for_whom else ""),
    )


def _inputs(facts: StudyFacts) -> Section:
    check, sheet = facts.summary.check, facts.summary.sheet
    features = check.features if check is not None else (sheet.features if sheet else 0)
    said = (
        f"{features:,} features of the table, with the names and units that they have there "
        "(model/schema.json, where the model is in the bundle). The model’s own preparation fills "
        "in missing values."
        if features
        else ""
    )
    return section(
        "inputs-and-output",
        "Inputs and output",
        Facts(
            tuple(
                pair
                for pair in (
                    ("Inputs", said),
                    ("Outcome", data.outcome(facts)),
                    ("Output", models.output(facts)),
                )
                if pair[1]
            )
        ),
    )


def _training_data(facts: StudyFacts) -> Section:
    return section(
        "training-data",
        "Training data, in aggregate",
        Text(data.samples(facts)),
        Text(data.classes(facts)),
        Text(data.sizes(facts)),
        Text(data.missing(facts)),
        Text(data.source(facts)),
        Text(data.exclusions(facts)),
    )


def _building(facts: StudyFacts) -> Section:
    return section(
        "building",
        "How it was made",
        Text(data.preparation(facts)),
        Text(models.tried(facts)),
        Text(models.tuning(facts)),
        Text(models.selection(facts)),
    )


def _performance(facts: StudyFacts) -> Section:
    choice = facts.summary.choice
    # Beside the recommended model stands the best traditional one, not what no one can use.
    test = choice.test.model_copy(update={"blend_metrics": {}}) if choice is not None else None
    table = test_table(facts.summary, test) if test is not None else None
    blocks: list[Block] = [Text(models.performance(facts)), *_grid(table)]
    blocks += [Text(models.uncertainty(facts)) if table is not None else Text("")]
    blocks += [Text(models.comparison(facts)), Text(models.shuffled(facts))]
    reasons = choice.test.reuse_reasons if choice is not None else ()
    if test_openings(facts.summary) > 1:
        blocks.append(
            Text(
                "The test set was looked at more than once, so its score is too optimistic. "
                f"Reasons given: {' '.join(map(sentence, reasons)) or 'none.'}"
            )
        )
    return section("performance", "Performance", *blocks)


def _grid(table: Table | None) -> list[Block]:
    return [Grid(table)] if table is not None else []


def _subgroups(facts: StudyFacts) -> Section:
    choice = facts.summary.choice
    groups = choice.test.subgroups if choice is not None else ()
    least = max(_SMALLEST_GROUP, facts.cells.threshold)
    cells = replace(facts.cells, threshold=least)
    table = subgroup_table(groups, cells)
    rows = [row for row in table.rows if row[_SCORE] != HIDDEN] if table is not None else []
    hidden = len(groups) - len(rows)
    note = (
        f"{counted(hidden, 'group')} of fewer than {least} samples or units, in all, in one "
        f"class or among all others, {'is' if hidden == 1 else 'are'} not shown."
    )
    return section(
        "subgroups",
        "Performance by group",
        *_grid(replace(table, rows=tuple(rows)) if table is not None and rows else None),
        Text(note, "note") if hidden else None,
        *_audited_groups(facts),
        Text(models.failing(facts)),
    )


def _audited_groups(facts: StudyFacts) -> list[Block]:
    """Return how well groups of people and sites are served, beside all others."""
    audit = facts.summary.ethics.subgroups if facts.summary.ethics is not None else None
    if audit is None:
        return []
    table = groups_table(audit, facts.cells)
    hidden = sum(not group.measures for group in audit.groups)
    hidden += sum(len(small.test) for small in audit.small)
    blocks: list[Block] = [Heading("Audit of groups"), *_grid(table), Points(audit.sentences)]
    if hidden:
        verb = "is" if hidden == 1 else "are"
        note = _NOT_AUDITED.format(
            groups=counted(hidden, "group"), verb=verb, least=audit.smallest
        )
        blocks.append(Text(note, "note"))
    return blocks


def _uses(facts: StudyFacts) -> Section:
    record = facts.summary.interpretation
    agreement = record.agreement if record is not None else None
    return section(
        "uses",
        "What the model uses",
        Text(models.important(facts)),
        Text(sentence(agreement.sentence)) if agreement is not None else None,
    )


def _limitations(facts: StudyFacts) -> Section:
    record = facts.summary.claims
    claims = tuple(sentence(claim.sentence) for claim in record.claims) if record else ()
    limits = facts.told("limits")
    caution = [f"Not expected to hold for: {limits}" if limits else "", models.elsewhere(facts)]
    if record is not None:
        caution.append(sentence(record.ceiling))
        caution += [
            f"The authors’ wording (“{item.words}”) says more than was shown: {sentence(item.why)}"
            for item in record.causal
        ]
        left = [item.question for item in record.checklist if item.state != "clear"]
        if left:
            caution.append(f"The score looks too good; not cleared: {' '.join(left)}")
    serious = [
        f"{sentence(item.message)} {sentence(item.hint)}".strip()
        for item in (facts.summary.check.findings if facts.summary.check is not None else ())
        if item.severity in ("serious", "blocking")
    ]
    blocks: list[Block] = []
    if claims:
        blocks += [Text("May be written:"), Points(claims)]
    if shown := not_shown(facts):
        blocks += [Text("Not shown by this study:"), Points(shown)]
    if said := tuple(text for text in caution if text):
        blocks += [Text("To be kept in mind:"), Points(said)]
    if serious:
        blocks += [Text("Serious findings of the data check:"), Points(tuple(serious))]
    return section("limitations", "Claims and limitations", *blocks)


def _ethics(facts: StudyFacts) -> Section:
    record, plan = facts.summary.ethics, facts.plan
    approval = plan.ethics.approval if plan is not None else ""
    consent = plan.ethics.consent if plan is not None else ""
    sheet = facts.summary.sheet
    sensitive = sheet.roles.get("sensitive", ()) if sheet is not None else ()
    entries = record.entries if record is not None else ()
    return section(
        "ethics",
        "Ethics",
        Facts(
            (
                ("Ethics board", approval or NOT_STATED),
                ("Consent or legal basis", consent or NOT_STATED),
                (
                    "Sensitive attributes, kept out of the model",
                    listing(sensitive) or "None named.",
                ),
            )
        ),
        Points(
            tuple(
                f"{sentence(entry.issue)} {entry.state.capitalize()}"
                f"{f': {sentence(entry.decision)}' if entry.decision else '.'}"
                for entry in entries
            )
        ),
    )
