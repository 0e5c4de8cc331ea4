"""The parts of a plan that say what the data is and what is done with it before any model."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from deepbench.plan.base import Columns, Part

ColumnKind = Literal["numeric", "categorical", "date"]
SplitDesign = Literal[
    "auto", "holdout", "nested", "leave-one-site-out", "leave-one-batch-out", "time", "own"
]
Transform = Literal["auto", "none", "log2", "log1p-cpm", "clr", "m-values"]


class Data(Part):
    """[data] Where the table is and how it is written. Paths are relative to the plan."""

    source: str = Field(
        min_length=1,
        description="CSV, TSV, TXT, XLSX, XLS, ODS, Parquet, H5AD, GCT, series matrix, FASTA or "
        "FASTQ file.",
    )
    more: list[str] = Field(
        default_factory=list,
        description="Files with the same measurements of other samples, added to the source.",
    )
    member: str | None = Field(None, description="File inside a ZIP archive.")
    sheet: str | None = Field(None, description="Sheet of a workbook.")
    encoding: str = Field("auto", description="Text encoding, for example utf-8 or cp1252.")
    bad_bytes: Literal["ask", "replace"] = Field(
        "ask", description="Bytes that are no text: ask, or replace each by a marked character."
    )
    nul_characters: Literal["ask", "remove"] = Field(
        "ask", description="NUL characters inside a text file."
    )
    delimiter: str = Field("auto", description="Column separator of a text file.")
    quotes: Literal["auto", "none"] = Field(
        "auto", description="none: quotation marks are ordinary characters."
    )
    decimal: Literal["auto", ".", ","] = Field("auto", description="Decimal mark.")
    header: Literal["auto", "yes", "no"] = Field(
        "auto", description="Whether a row holds the column names."
    )
    header_row: int | None = Field(
        None, ge=1, description="Row of the file that holds the column names, from 1."
    )
    row_names: Literal["ask", "yes", "no"] = Field(
        "ask", description="yes: the first column holds row names and has no name of its own (R)."
    )
    uneven_rows: Literal["ask", "skip"] = Field(
        "ask", description="Rows with a wrong number of cells: ask, or skip them, counted."
    )
    repeated_columns: Literal["ask", "first"] = Field(
        "ask",
        description="Columns that are the same in name and cells: ask, or keep the first of each.",
    )
    formulas: Literal["ask", "empty"] = Field(
        "ask", description="Formulas of a workbook that have no stored result."
    )
    orientation: Literal["auto", "samples in rows", "samples in columns"] = Field(
        "auto", description="Which way the table lies."
    )
    between: Literal["ask", "leave out", "keep"] = Field(
        "ask",
        description="Columns that stand between the samples (such as detection calls) of a table "
        "with samples in columns.",
    )
    sample_sheet: str = Field("", description="File with what is known of each sample.")
    sample_sheet_tab: str | None = Field(None, description="Sheet of that file, if a workbook.")
    sample_sheet_key: str = Field(
        "", description="Column of the sample sheet that names the samples; found if empty."
    )
    matching: Literal["ask", "exact", "loose", "start", "number", "order"] = Field(
        "ask",
        description="How names of samples are matched with the sample sheet: exact; loose (case, "
        "blanks, dots and dashes alike, an X that R put before a number); start (a suffix is "
        "ignored); number (the number in the name); order (line by line, for "
        "a file without names).",
    )
    unmatched: Literal["ask", "leave out"] = Field(
        "ask", description="Samples that only one of the two files has."
    )
    missing: list[str] | None = Field(
        None, description="Codes that mean missing, in place of the usual ones."
    )
    missing_in: dict[str, list[str]] = Field(
        default_factory=dict, description="Codes that mean missing in single columns, besides."
    )
    below_detection: Literal["ask", "limit/sqrt2", "limit/2", "limit", "missing"] = Field(
        "ask",
        description="What a value such as <0.5 or >1000 becomes (> the limit, or missing).",
    )
    units_in_cells: Literal["ask", "remove"] = Field(
        "ask", description="Units written behind numbers, such as 5.2 mg/dl."
    )
    date_order: Literal["ask", "day first", "month first"] = Field(
        "ask", description="What 03/04/2021 means, where no date tells."
    )
    types: dict[str, ColumnKind] = Field(
        default_factory=dict, description="Columns whose proposed type is wrong."
    )
    sequences: Literal["ask", "composition", "leave"] = Field(
        "ask",
        description="Columns of DNA, RNA or protein sequences: composition measures them by "
        "counting their letters, leave leaves them out.",
    )
    origin: str = Field("", description="Where the data came from (paper, database, lab).")
    version: str = Field("", description="Version or accession of the data.")
    downloaded: str = Field("", description="Date on which the data was obtained.")
    licence: str = Field("", description="Licence or agreement the data is used under.")
    protocol: str = Field("", description="How it was measured: method, instrument, protocol.")
    contact: str = Field("", description="Who can be asked about the data.")


class Roles(Part):
    """[roles] What columns mean, in lab words; each a column or a list of columns."""

    sample: Columns = Field(default_factory=list, description="Name of the sample.")
    unit: Columns = Field(
        default_factory=list, description="Biological unit: patient, mouse, plate, litter, strain."
    )
    pair: Columns = Field(
        default_factory=list, description="Matched pair or set: stays together in every split."
    )
    replicate: Columns = Field(default_factory=list, description="Technical replicate number.")
    batch: Columns = Field(default_factory=list, description="Batch, run or plate.")
    operator: Columns = Field(default_factory=list, description="Who did the measurement.")
    site: Columns = Field(default_factory=list, description="Site, hospital or cohort.")
    date: Columns = Field(default_factory=list, description="Date of collection.")
    timepoint: Columns = Field(
        default_factory=list, description="Time point of a unit measured several times."
    )
    sensitive: Columns = Field(
        default_factory=list,
        description="Sensitive attributes for the subgroup audit; kept out of the models.",
    )
    part: Columns = Field(
        default_factory=list,
        description="Your own division into training and test samples, or into numbered folds.",
    )
    ignore: Columns = Field(default_factory=list, description="Columns no model may see.")


class Design(Part):
    """[design] How the samples were collected."""

    allocation: Literal["randomised", "matched", "observational"] | None = Field(
        None, description="How the groups that are compared came about."
    )
    repeated: Literal["yes", "no"] | None = Field(
        None, description="Whether a biological unit was measured more than once."
    )
    time_points: Literal["yes", "no"] | None = Field(
        None, description="Whether samples were taken at several time points."
    )
    mixed_batches: Literal["yes", "no"] | None = Field(
        None, description="Whether each batch held samples of all groups, in random order."
    )


class Preparation(Part):
    """[preparation] What is done to measurements inside each fold, before any model."""

    transform: Transform = Field(
        "auto", description="Transformation of the measurements; auto takes the usual one."
    )
    not_transformed: Columns = Field(
        default_factory=list, description="Numbers that are no such measurements, such as age."
    )
    most_missing: float | None = Field(
        None,
        gt=0.0,
        le=1.0,
        description="Features with a larger share of missing values are left out, fold by fold.",
    )
    most_variable: int | None = Field(
        None, ge=1, description="Only so many features, those that vary most, fold by fold."
    )


class Check(Part):
    """[check] Decisions about findings of the data check."""

    keep: Columns = Field(
        default_factory=list,
        description="Features that stay although the check would leave them out.",
    )
    leave_out: Columns = Field(
        default_factory=list, description="Features that are left out after a finding."
    )
    leave_out_samples: Columns = Field(
        default_factory=list, description="Samples that are left out after a finding, by name."
    )
    reasons: dict[str, str] = Field(
        default_factory=dict,
        description='Why a finding was accepted or overruled, by its name ("kind: where").',
    )


class Split(Part):
    """[split] How test samples are set aside."""

    design: SplitDesign = Field("auto", description="Design; auto decides by number of units.")
    test_fraction: float = Field(0.2, gt=0.05, lt=0.5, description="Share of units held out.")
    outer_folds: int = Field(5, ge=3, le=20, description="Outer folds of nested resampling.")
    tuning_folds: int = Field(5, ge=3, le=20, description="Folds that tune the models.")
    tuning_repeats: int | None = Field(
        None, ge=1, le=20, description="Repeats of the tuning folds; by number of units if absent."
    )
    reuse_reason: str = Field(
        "", description="Why the test set is opened again; every later report shows it."
    )
