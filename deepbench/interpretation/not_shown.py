"""What a study did not show, as a list that belongs beside every claim."""

from __future__ import annotations

from deepbench.interpretation.claim_material import ClaimMaterial
from deepbench.interpretation.model_claims import where_it_fails


def not_shown(material: ClaimMaterial) -> tuple[str, ...]:
    """Return the list: cause, mechanism, other sites, later times, other organisms, groups."""
    design, organism = material.split.design, material.plan.question.organism.strip()
    said = [
        "Cause: changing a feature need not change the outcome.",
        "Mechanism: a feature can stand in for another that was not measured.",
    ]
    if design == "leave-one-site-out":
        said.append("Sites, laboratories and instruments unlike those in the data.")
    else:
        said.append("Other sites, laboratories and instruments than those in the data.")
    if design != "time":
        said.append("Samples taken later than those in the data.")
    said.append(f"Other organisms than {organism}." if organism else "Other organisms.")
    if material.absent:
        said.append(f"Groups that are not, or hardly, in the data: {'; '.join(material.absent)}.")
    else:
        said.append("Groups that are not, or hardly, in the data.")
    return (*said, *map(_begun, where_it_fails(material)), *_no_panel(material))


def no_signal(outcome: str) -> tuple[str, ...]:
    """Return the list of a study without a signal."""
    return (
        f"That {outcome} can be predicted from these features: there is no clear evidence of "
        "signal, so nothing may be claimed about single features.",
    )


def _no_panel(material: ClaimMaterial) -> tuple[str, ...]:
    panels = material.found.panels
    if panels is None or panels.smallest is not None or not panels.sizes:
        return ()
    most = max(size.features for size in panels.sizes)
    return (
        f"That a short panel would do: none of up to {most} features came within the noise of "
        "the full model.",
    )


def _begun(text: str) -> str:
    """Return a text as the beginning of a line; names of columns keep their letters."""
    return f"The same in {text}"
