"""Words that claim more than an association: found, left alone where denied, and reworded."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepbench.study.causal_words import RULES
from deepbench.study.claim_wording import causal_wording, find_overclaims, suggested

TOO_MUCH = (
    "IL6 causes sepsis.",
    "Mutations in TP53 cause cancer.",
    "The model shows that smoking drives relapse.",
    "High creatinine leads to kidney failure.",
    "High creatinine lead to an increase of the risk.",
    "Inflammation led to death in these patients.",
    "IL6 caused the relapse.",
    "The mutation drove the relapse.",
    "Death is due to inflammation.",
    "Higher mortality due to asthma.",
    "The effect of IL6 on survival was strong.",
    "Effect of IL6 on mortality.",
    "Smoking increases the risk of death.",
    "Smoking increases strongly the risk.",
    "Smoking increased the risk of death.",
    "Treatment reduces mortality.",
    "Asthma protects against death.",
    "Asthma protects patients from death.",
    "Asthma is protective.",
    "A high value prevents death.",
    "IL6 is a biomarker for sepsis.",
    "IL6 is a prognostic biomarker of sepsis.",
    "IL6 is an excellent diagnostic biomarker for sepsis.",
    "These genes are biomarkers for relapse.",
    "This proves that IL6 matters.",
    "The study proved that IL6 matters.",
    "This reveals the mechanism of resistance.",
    "IL6 is responsible for the relapse.",
    "IL6 is mainly responsible of the relapse.",
    "Relapse is caused by IL6.",
    "Relapse was driven by IL6.",
    "The relapse is mediated by IL6.",
    "IL6 is the cause of relapse.",
    "IL6 is a main cause of death.",
    "IL6 is causal for sepsis.",
    "IL6 has a big influence on survival.",
    "IL6 influences the survival.",
    "The high risk is the result of inflammation.",
    "Inflammation results in death.",
    "Inflammation results into death.",
    "IL6 plays a key role in sepsis.",
    "IL6 effects the survival.",
    "Lowering IL6 would save patients.",
    "Patients with asthma can be sent home.",
    "IL6 contributes to sepsis.",
    "Obesity may cause diabetes.",
    "Obesity is not only associated with diabetes but causes it.",
    "No doubt IL6 causes sepsis.",
    "IL6 does not cause fever but drives relapse.",
    "Genes that are not expressed drive relapse.",
    "If IL6 rises, it causes death.",
    "Although we cannot show it, IL6 causes death.",
    "We did not measure IL8, and IL6 causes death.",
    "Patients die because of IL6.",
    "Smoking makes patients more likely to die.",
    "TNF induces fever.",
    "Stress triggers relapse.",
    "IL6 rises the risk of death.",
    "TNF verursacht Fieber.",
    "IL6 is a therapeutic target.",
    "Hypoxia worsens the outcome of patients.",
    "IL6 regulates the relapse.",
    "Inflammation, causing relapse, was common.",
    "Smoking kills.",
    "IL6 determines survival.",
    "It's IL6 that causes sepsis.",
    "Mutations can lead to relapse.",
    "This causes death in most models of mice.",
    "One of them causes relapse.",
    "The gene that causes relapse was found.",
    "TP53 status is causative of relapse.",
    "Statins lower the mortality.",
    "Statins have lowered the mortality.",
    "Exercise is beneficial: it lowers the risk.",
    "IL6 was responsible for the deaths.",
    "Sepsis was brought about by IL6.",
    "The deaths were mostly caused through IL6.",
    "It has been shown that IL6 drives relapse.",
    "These results prove the causal role of IL6.",
    "IL6 is an independent prognostic biomarker in sepsis.",
    "IL6 can be used to diagnose sepsis.",
    "Asthma lowers the risk of death from pneumonia.",
    "Asthma saves lives.",
    "The impact of diet on mortality is large.",
    "Diet impacts survival.",
    "Because of asthma fewer patients died.",
    "Owing to IL6, fewer survived.",
    "Relapse is a consequence of inflammation.",
    "The drug cures patients.",
    "If we silence IL6, survival improves; silencing IL6 will reduce deaths.",
    "Not IL8 but IL6 causes sepsis.",
    "IL6 explains why patients die.",
    "We conclude that IL6 leads to death.",
    "Our data demonstrate that IL6 is a driver of relapse.",
    "Higher IL6 went with relapse, and IL6 causes it.",
    "The increased risk is caused by age.",
    "IL6 is not measured here and IL8 causes death.",
    "Patients with no asthma drive the higher risk.",
    "IL6 evokes inflammation.",
    "The mutation has an effect on growth.",
    "Age affects the outcome.",
    "Survival was affected by age.",
    "Death was the result of IL6.",
    "IL6 promotes relapse.",
    "IL6 underlies relapse.",
    "Asthma has a protective effect on mortality.",
    "Low IL6 prevented relapse.",
    "The risk is conditioned by age.",
    "The treatment improved survival.",
    "The treatment improved the survival.",
    "Elevated troponin is a direct cause of mortality.",
    "The mutation is thought to be the main driver of drug resistance.",
    "We demonstrate that gut bacteria cause obesity in mice.",
    "Low vitamin D is to blame for the fractures.",
    "High expression of FOXP3 resulted in longer survival.",
    "Loss of p53 leads cells to divide.",
    "Our model identifies the genes responsible for metastasis.",
    "These metabolites are responsible for the difference.",
    "Vitamin D deficiency is a risk-increasing factor and increases mortality.",
    "Exercise lowers blood pressure.",
    "The diet has a strong influence on the microbiome.",
    "Antibiotics altered the microbiome and thereby caused obesity.",
    "Our results confirm that microbes cause obesity.",
    "MYC is an oncogene that drives proliferation.",
    "Treatment with statins would prevent relapse.",
    "Blocking IL6 should improve survival.",
    "Thus IL6 is a promising biomarker of response.",
    "Sepsis mortality was caused mainly by delay.",
    "A high score makes death more likely.",
    "Inflammation contributes strongly to relapse.",
    "Hypoxia is an important factor leading to metastasis.",
    "Genes which cause the disease were found.",
    "Age had a significant effect on survival.",
    "Survival is strongly influenced by age.",
    "The reason for relapse is IL6.",
    "Overexpression of HER2 triggers the growth.",
    "The protective role of asthma was confirmed.",
    "The feature explains why women survive.",
    "The drug induced remission.",
    "Smoking has led to more deaths.",
    "TP53 plays an important role in cancer.",
    "These SNPs affect height.",
    "Stress, which causes relapse, was common.",
    "The loss of the gene is the reason why cells die.",
)
ALL_RIGHT = (
    "The cause of death was predicted with AUROC 0.8.",
    "Cause of death is the outcome.",
    "Causes of death were coded by two physicians.",
    "The cause is not known.",
    "We used AUROC because the classes are unequal.",
    "IL6 is associated with sepsis.",
    "Higher IL6 went with a higher predicted risk.",
    "IL6 does not cause sepsis.",
    "This does not mean that IL6 causes sepsis.",
    "We cannot show that IL6 causes sepsis.",
    "We cannot show, on these data, that IL6 causes sepsis and drives death.",
    "There is no evidence that IL6 causes sepsis.",
    "Whether IL6 causes sepsis is unknown.",
    "That IL6 causes sepsis was not shown.",
    "It is unclear whether IL6 drives relapse.",
    "IL6 does not, in these data, cause death.",
    "IL6 did not cause or drive relapse.",
    "The mechanism is unknown.",
    "No mechanism was studied.",
    "The study does not prove a mechanism.",
    "No effect of IL6 on survival was found.",
    "IL6 had no effect on survival.",
    "The batch effect of the plate was large.",
    "Effect sizes were small.",
    "The side effect of the drug was recorded.",
    "IL6 increases with age.",
    "IL6 was increased in patients with sepsis.",
    "An increased risk went with high IL6.",
    "Increases in IL6 went with relapse.",
    "Reduced expression went with relapse.",
    "Two samples were excluded due to missing values.",
    "The difference may be due to batch effects.",
    "Deaths due to pneumonia were predicted.",
    "Regularisation prevents overfitting.",
    "Keeping units together prevents leakage.",
    "The results in Table 2 are from the test set.",
    "Our results in mice differ.",
    "IL6 is a candidate biomarker for sepsis.",
    "IL6 is no biomarker for sepsis.",
    "Proof of concept study.",
    "The test proved difficult.",
    "Healthy controls were included.",
    "Does IL6 cause sepsis?",
    "All-cause mortality was predicted.",
    "The driving test was passed.",
    "The affected patients were older.",
    "LPS-induced sepsis was predicted.",
    "IL6 contributes to the prediction.",
    "Association, not causation.",
    "This is an association and not a cause.",
    "The causal effect was not estimated.",
    "Asthma is not protective.",
    "It went with less death, which isn't proof that asthma protects.",
    "A model may use either of them.",
    "Missing values lead to a lower score.",
    "Unit of the results: log-odds.",
    "Not shown: mechanism.",
    "We do not claim that IL6 is responsible for relapse.",
    "IL6 is not a cause of death.",
    "The model reduces the error.",
    "To prevent leakage, units stay together.",
    "Health care data were protected.",
    "No gene causes relapse on its own.",
    "IL6 verursacht nicht Fieber.",
    "Ob IL6 Fieber verursacht, ist offen.",
    "The outcome is the cause of death.",
    "Increasing the sample size would help.",
    "Causes were not studied.",
    "The data do not tell which of them causes relapse.",
    "It would be wrong to say that asthma protects from death.",
    "This should not be read as a mechanism.",
    "Nothing here shows that IL6 drives relapse.",
    "None of this proves a cause.",
    "The association may have other reasons, such as confounding.",
    "IL6 may stand in for an unmeasured cause.",
    "A cause cannot be told from these data.",
    "Without a trial, we cannot say whether lowering IL6 would help.",
    "Samples lost due to low quality were left out.",
    "Reduced data were used.",
    "The model was driven by the sample sheet.",
    "Patients who were treated had lower IL6.",
    "Treatment was given to 30 patients.",
    "Patients treated with statins were older.",
    "IL6 rose with age and lowered again after a week.",
    "Protected health information was removed.",
    "The score increased with more samples.",
    "Test results in the hold-out set were similar.",
    "High IL6 was seen more often in patients who died.",
    "Scores improved after removing outliers.",
    "The increase in IL6 was similar in both groups.",
    "The effect of the batch was removed.",
    "Random effects were included.",
    "IL6 and IL8 go together, so the model may use either.",
    "Death because the heart stopped was coded as cardiac.",
    "The outcome is death from any cause.",
    "Cause-specific mortality was predicted.",
    "We lead the project to its end.",
    "A promoter sequence was used.",
    "Drug-induced liver injury was the outcome.",
    "IL6 is a possible biomarker for sepsis.",
    "No causal claim is made.",
    "The study was not designed to test cause and effect.",
    "Induced sputum was analysed.",
    "Patients with hypertension were over-represented.",
    "It cannot be excluded that batch drives the result.",
    "The control group received no drug.",
    "IL6 was determined by ELISA.",
    "To determine whether IL6 predicts sepsis, we trained models.",
    "It remains open whether IL6 contributes to sepsis.",
    "The result does not depend on a single site.",
    "The leading feature was IL6.",
    "The main driver of the score was IL6.",
    "Asthma went with a lower risk, which does not mean that asthma protects.",
    "The model is based on 30 features and reached AUROC 0.9.",
    "Patients with asthma had a lower predicted risk.",
    "Associations may be confounded by age.",
    "Confounding by age may explain the association.",
    "The features were selected by the elastic net.",
    "Samples were drawn before treatment.",
    "Effects of age and sex were not adjusted for.",
    "The lead author collected the samples.",
    "Lead concentration went with lower scores.",
    "Higher lead went with lower IQ.",
    "The results do not allow causal conclusions.",
    "Causal claims need an experiment.",
    "We found no protective effect of asthma.",
    "Neither IL6 nor IL8 causes relapse on its own.",
    "The finding needs to be tested in an experiment that changes IL6.",
    "Median survival was 12 months.",
    "Treatment response was the outcome.",
    "Treatment effect was the outcome.",
    "Missing values were due to a broken freezer.",
    "The increase of the score with more samples was small.",
    "The risk was higher in older patients.",
    "IL6 improved the model.",
    "Adding IL6 improved the prediction.",
    "IL6 reduces the error of the model.",
    "Older age, higher IL6 and lower albumin went with death.",
    "The control samples were produced in the same run.",
    "IL6 contributed most to the score.",
    "The contribution of IL6 was 0.5.",
    "IL6 is the most important feature of the model.",
    "IL6 predicts sepsis with AUROC 0.9.",
    "A drug-induced change was the outcome.",
    "Hard drives were encrypted.",
    "The cohort was led by two hospitals.",
    "Patients were treated because of sepsis.",
    "The two groups differ in age, therefore we report both.",
    "It is tempting, but wrong, to conclude that asthma protects.",
    "Our study cannot answer what drives relapse.",
    "The model does not know what causes death.",
    "Samples failed due to contamination.",
    "Scores above 0.9 may be due to leakage.",
    "Two patients died due to reasons unrelated to the disease.",
    "The raised values went with infection.",
    "Lowered expression was found in tumours.",
    "The improved assay was used.",
    "Mice were protected from light.",
    "A mechanism was not studied.",
    "We did not look at mechanisms.",
    "Cells were induced with LPS.",
    "Induction of labour was recorded.",
    "Results of the test set are shown in Figure 2.",
)

#: Text, and the text with other words.
REWORDED = {
    "IL6 causes sepsis.": "IL6 goes with sepsis.",
    "Mutations in TP53 cause cancer.": "Mutations in TP53 go with cancer.",
    "Inflammation led to death.": "Inflammation went with death.",
    "Relapse was driven by IL6.": "Relapse went with IL6.",
    "Obesity may cause diabetes.": "Obesity may go with diabetes.",
    "Higher mortality due to asthma.": "Higher mortality seen with asthma.",
    "The effect of IL6 on survival was strong.": (
        "The association of IL6 with survival was strong."
    ),
    "Effect of IL6 on mortality.": "Association of IL6 with mortality.",
    "Smoking increases strongly the risk.": "Smoking goes with a higher risk.",
    "Statins have lowered the mortality.": "Statins go with a lower mortality.",
    "Treatment reduces mortality.": "Treatment goes with lower mortality.",
    "Asthma protects patients from death.": "Asthma goes with less death.",
    "IL6 is an excellent diagnostic biomarker for sepsis.": (
        "IL6 is a candidate marker associated with sepsis."
    ),
    "This proves that IL6 matters.": "This suggests that IL6 matters.",
    "IL6 has caused relapse and drives it.": "IL6 goes with relapse and goes with it.",
    "IL6 is mainly responsible of the relapse.": "IL6 goes with the relapse.",
    "Asthma is protective.": "",
    "This causes death and reveals the mechanism.": "",
}
#: Text, names of columns and classes, and the words that remain.
NAMED = [
    ("High IL6 went with cause of death.", ["cause of death"], []),
    ("Asthma is the cause of death in most.", ["asthma"], ["is the cause of"]),
    ("The outcome “cause” was predicted.", ["cause"], []),
    ("IL6 may cause death.", ["cause", "death"], ["cause"]),
    ("Effect of drug on liver is the outcome.", ["Effect of drug on liver"], []),
    ("The driver_mutation went with relapse.", ["driver_mutation"], []),
    ("driver of relapse causes death.", ["driver of relapse"], ["causes"]),
    ("Response due to drug causes relief.", ["Response due to drug"], ["causes"]),
]


@pytest.mark.parametrize("text", TOO_MUCH)
def test_what_claims_too_much_is_found(text: str) -> None:
    hits = find_overclaims(text)
    assert hits
    for hit in hits:
        assert text[hit.start : hit.end].split() == hit.words.split()
        assert hit.why.endswith(".")


@pytest.mark.parametrize("text", ALL_RIGHT)
def test_what_is_said_rightly_is_left_alone(text: str) -> None:
    assert [hit.words for hit in find_overclaims(text)] == []


@pytest.mark.parametrize("text", TOO_MUCH)
def test_other_words_claim_less(text: str) -> None:
    better = suggested(text, find_overclaims(text))
    assert better != text
    assert find_overclaims(better) == ()


@pytest.mark.parametrize(("text", "better"), REWORDED.items())
def test_a_wording_that_says_what_was_shown(text: str, better: str) -> None:
    assert suggested(text, find_overclaims(text)) == better


@pytest.mark.parametrize(("text", "names", "words"), NAMED)
def test_names_are_no_wording(text: str, names: list[str], words: list[str]) -> None:
    assert [hit.words for hit in find_overclaims(text, names)] == words


@pytest.mark.parametrize(
    "text",
    [
        "It is not shown that {}",
        "We cannot say whether {}",
        "There is no proof that {}",
        "Nobody knows if {}",
        "That {} was not shown",
        "Is it so that {}?",
    ],
)
@pytest.mark.parametrize("claim", ["IL6 causes death", "IL6 drives relapse", "smoking kills"])
def test_every_way_to_deny_it(text: str, claim: str) -> None:
    assert find_overclaims(claim)
    assert find_overclaims(text.format(claim)) == ()


def test_a_denial_ends_where_another_sentence_begins() -> None:
    text = "IL6 does not cause fever. IL6 causes sepsis.\nIL8 drives it; IL9 does not cause it."
    assert [hit.words for hit in find_overclaims(text)] == ["causes", "drives"]


def test_each_text_is_told_where_it_stands() -> None:
    records = causal_wording(
        [("", "IL6 causes sepsis and kills."), ("IL6", "Went with it."), ("IL8", "It drives it.")]
    )
    assert [(r.where, r.words) for r in records] == [
        ("", "causes"), ("", "kills"), ("IL8", "drives"),
    ]  # fmt: skip
    assert [r.suggestion for r in records] == ["", "", "It goes with it."]


def test_each_rule_says_why_in_words_of_its_own() -> None:
    for rule in RULES:
        assert re.fullmatch(r"[A-Z].*\.", rule.why)


@given(st.text(alphabet="abcdefghijk .,;?()'\"“”’-\nIL6causesdrivnotäü", max_size=80))
def test_any_text_can_be_looked_at(text: str) -> None:
    hits = find_overclaims(text, ["a", "b c"])
    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)
    assert all(one.end <= two.start for one, two in pairwise(hits))
