"""The parts of a bundle that show the study: report, figures, tables."""

from __future__ import annotations

from deepbench.jobs.bundle_material import BundleMaterial
from deepbench.privacy.bundle_file import BundleFile
from deepbench.reporting import figure_files, table_files
from deepbench.reporting.export_tables import export_tables
from deepbench.reporting.html_report import render_report
from deepbench.reporting.pdf_report import pdf_of_page

NO_DRAWINGS = (
    "Figures as drawings (SVG, PDF): from a drawing every point can be read back, so of a {level} "
    "study they stay. The figures are here as pixels (PNG)."
)


def report_files(material: BundleMaterial) -> list[BundleFile]:
    """Return the report as web page, as PDF and as numbers."""
    page = render_report(material.report)
    material.progress.check_cancelled()
    drawn = figure_files.drawn_texts(material.report.sections)
    return [
        BundleFile(
            "report/report.html",
            page.encode("utf-8"),
            "report",
            "Report",
            "Question, data, models, test, limits and register; opens in a browser.",
            drawn,
        ),
        BundleFile(
            "report/report.pdf",
            pdf_of_page(page),
            "report",
            "Report as PDF",
            "The same report on pages.",
            drawn,
        ),
        BundleFile(
            "report/results.json",
            material.results,
            "results",
            "Results for programs",
            "The numbers of the report.",
        ),
    ]


def figures(material: BundleMaterial) -> list[BundleFile]:
    """Return the figures of the report; as drawings where points may be read back."""
    found = figure_files.figures_of(material.report.sections)
    files: list[BundleFile] = []
    for figure in found:
        material.progress.check_cancelled()
        files += [
            BundleFile(
                path, content, "figures", title, figure.picture.caption, figure.picture.texts
            )
            for path, content, title in figure_files.figure_files(
                figure, drawings=not material.guarded
            )
        ]
    if found:
        captions = figure_files.captions(found)
        title = figure_files.CAPTIONS_TITLE
        files.append(BundleFile(figure_files.CAPTIONS, captions, "report", title))
    return files


def drawings_stay(material: BundleMaterial) -> tuple[str, ...]:
    """Say that figures leave as pixels alone, where that is so."""
    return (NO_DRAWINGS.format(level=material.level),) if material.guarded else ()


def tables(material: BundleMaterial) -> list[BundleFile]:
    """Return the tables of results, each as CSV and all as one workbook."""
    made = export_tables(material.document, material.report.material)
    files = [
        BundleFile(
            f"{table_files.FOLDER}/{table.name}.csv",
            table_files.csv_bytes(table),
            "tables",
            table.title,
            table.note,
        )
        for table in made
    ]
    material.progress.check_cancelled()
    if made:
        path = f"{table_files.FOLDER}/{table_files.WORKBOOK}"
        book = table_files.workbook_bytes(made)
        files.append(BundleFile(path, book, "tables", "All tables as one workbook"))
    return files
