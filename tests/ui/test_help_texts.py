"""The help says what it should, in sentences, with sources, and its terms are explained."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from deepbench.workflow import STAGES
from deepbench_ui.help_texts import HELP_KEYS, HelpPage, glossary, load_help, mark_terms
from deepbench_ui.widgets.help_panel import HelpPanel

PUBLICATION = re.compile(
    r"^[A-Z].+? (?:19|20)\d\d, (?:Tips? [\d, and]+, )?"
    r"(?:doi:10\.\d{4,9}/\S+|arXiv:\d{4}\.\d{5}|[A-Z][\w .]+ \d+:\d+)$"
)
NOT_PLAIN = re.compile(r"hyperparameter|regressor|classifier|cross-entropy|softmax", re.IGNORECASE)
EM_DASH = "\N{EM DASH}"


@pytest.fixture(params=HELP_KEYS)
def page(request: pytest.FixtureRequest) -> HelpPage:
    return load_help(request.param)


def texts(page: HelpPage) -> list[str]:
    tip = [page.tip_text] if page.tip else []
    return [page.why, *tip, page.example, *(section.text for section in page.more)]


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?]) (?=[A-Z])", text)


def test_there_is_help_for_every_stage() -> None:
    assert [stage.key for stage in STAGES] == list(HELP_KEYS[:-1])
    for stage in STAGES:
        assert load_help(stage.key).title == stage.title
        assert load_help(stage.key).tip == stage.tip


def test_page_says_everything(page: HelpPage) -> None:
    assert 2 <= len(sentences(page.why)) <= 4
    assert 0 <= page.tip <= 10
    assert (2 <= len(sentences(page.tip_text)) <= 4) if page.tip else page.tip_text == ""
    assert len(sentences(page.example)) >= 3
    assert page.more
    assert all(section.heading and section.text for section in page.more)
    assert len(page.keys) >= 4
    assert len(set(page.keys)) == len(page.keys)


def test_sentences_end_and_are_short_enough(page: HelpPage) -> None:
    for text in texts(page):
        assert text == " ".join(text.split())
        assert text.endswith(".")
        for sentence in sentences(text):
            assert len(sentence.split()) <= 42, sentence


def test_tables_have_whole_rows(page: HelpPage) -> None:
    for section in page.more:
        assert len({len(row) for row in section.rows}) <= 1
        assert all(any(cell for cell in row) for row in section.rows)


def test_a_table_of_the_help_is_shown(qtbot: QtBot) -> None:
    panel = HelpPanel()
    qtbot.addWidget(panel)
    panel.show_help("claims")
    assert "300 (17 %)" in panel.text.toPlainText()
    assert "<table" in panel.text.toHtml()


def test_words_are_those_of_the_bench(page: HelpPage) -> None:
    everything = " ".join(texts(page))
    assert EM_DASH not in everything
    assert not NOT_PLAIN.search(everything)


def test_sources_can_be_found(page: HelpPage) -> None:
    sources = page.source.split("; ")
    assert page.source
    for source in sources:
        assert "http" not in source
        assert PUBLICATION.match(source.removeprefix("data: ")), source
    if page.tip:
        lee = sources[0]
        assert lee.startswith("Lee et al. 2022, Tip")
        assert lee.endswith("doi:10.1371/journal.pcbi.1009803")
        assert str(page.tip) in re.findall(r"\d+", lee.split("doi")[0])


def test_terms_of_a_page_are_explained(page: HelpPage) -> None:
    assert set(page.keys) <= set(glossary())


def test_every_term_is_used_by_some_page_or_another_term() -> None:
    pages = [load_help(key) for key in HELP_KEYS]
    named = {term for page in pages for term in page.keys}
    for term in set(glossary()) - named:
        said = " ".join([*glossary().values(), *(text for page in pages for text in texts(page))])
        assert term in {"one-hot", "scaling", "outlier"} or term.casefold() in said.casefold()


def test_glossary_is_plain() -> None:
    terms = glossary()
    assert len(terms) >= 70
    assert list(terms) == sorted(terms, key=str.casefold)
    for term, meaning in terms.items():
        assert term == term.strip()
        assert meaning.endswith(".")
        assert meaning[0].isupper() or meaning[0].isdigit()
        assert 1 <= len(sentences(meaning)) <= 2, term
        assert EM_DASH not in meaning


def test_terms_differ_in_more_than_their_case() -> None:
    assert len({term.casefold() for term in glossary()}) == len(glossary())


def test_unknown_page_is_named() -> None:
    with pytest.raises(KeyError, match="page called 'glossary'"):
        load_help("glossary")


def test_first_occurrence_is_a_link() -> None:
    assert mark_terms("A batch is a batch.", ["batch"]) == (
        'A <a href="term:batch">batch</a> is a batch.'
    )


def test_longest_term_wins() -> None:
    marked = mark_terms("The tuning set is a set.", ["set", "tuning set"])
    assert marked == (
        'The <a href="term:tuning set">tuning set</a> is a <a href="term:set">set</a>.'
    )


def test_case_and_plural_do_not_matter() -> None:
    marked = mark_terms("Batches and classes: see AUROC.", ["batch", "class", "auroc"])
    assert re.findall('href="term:([^"]*)">([^<]*)', marked) == [
        ("batch", "Batches"),
        ("class", "classes"),
        ("auroc", "AUROC"),
    ]


def test_parts_of_words_are_no_terms() -> None:
    assert mark_terms("unfolded, manifold, planning", ["fold", "plan"]) == (
        "unfolded, manifold, planning"
    )


def test_markup_of_the_text_is_escaped() -> None:
    marked = mark_terms('<img src="x"> & "site" <b>', ["site"])
    assert marked == (
        '&lt;img src=&quot;x&quot;&gt; &amp; &quot;<a href="term:site">site</a>&quot; &lt;b&gt;'
    )
    assert mark_terms("p < 0.05 (R²)", ['a"b', "R²"]) == 'p &lt; 0.05 (<a href="term:R²">R²</a>)'
    assert mark_terms("<a>", []) == "&lt;a&gt;"


class Reader(HTMLParser):
    """What a screen shows of rich text."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[str] = []

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


@given(st.text(alphabet="ab <>&\"'-.s", max_size=40), st.lists(st.text("ab<&", min_size=1)))
def test_marking_changes_nothing_that_is_read(text: str, terms: list[str]) -> None:
    reader = Reader()
    reader.feed(mark_terms(text, terms))
    reader.close()
    assert reader.text == text
    assert set(reader.tags) <= {"a"}
    assert html.unescape(mark_terms(text, ())) == text
