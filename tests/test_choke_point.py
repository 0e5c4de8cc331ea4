"""Nothing is written but by those who may: a walk through the source for every writer.

Listed are the few modules that write, with the reason; a new writer fails until it is listed, and
a module that no longer writes fails until it is struck off. What leaves a study goes through
``deepbench.privacy.gate_files``, which only the gate imports (the contract "gate" of
import-linter), and only with a pass.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("deepbench", "ui/deepbench_ui", "resources/deepbench_resources")

# Names of functions and methods that write, copy, move or hand something to other programs.
WRITERS = frozenset(
    """
    write_text write_bytes symlink_to hardlink_to touch
    to_csv to_parquet to_excel to_json to_hdf to_feather to_pickle to_latex to_sql to_clipboard
    savefig imsave save_file save_model savez savez_compressed savetxt tofile memmap
    write_table write_feather write_dataset ParquetWriter
    copy copy2 copyfile copyfileobj copytree move make_archive unpack_archive
    mkstemp mkdtemp NamedTemporaryFile TemporaryFile SpooledTemporaryFile TemporaryDirectory
    ZipFile TarFile GzipFile
    QSaveFile QFile QTemporaryFile QPdfWriter QPrinter QImageWriter QSvgGenerator QDrag
    setMimeData setImage setPixmap setText clipboard openUrl
    rename renames replace replace_file write_atomically write_file write_new_folder
    dump save extractall extract print_png urlopen urlretrieve popen system Popen
    run check_call check_output call startDetached
    """.split()
)
# Words that mean something else on most objects; they count on these objects alone.
ONLY_ON = {
    "copy": {"shutil"},
    "move": {"shutil"},
    "system": {"os"},
    "popen": {"os"},
    "run": {"subprocess"},
    "call": {"subprocess"},
    "rename": {"os"},
    "renames": {"os"},
    "dump": {"json", "pickle", "joblib", "torch", "skops", "tomli_w"},
    "save": {"np", "numpy", "torch", "joblib", "image", "picture", "pixmap", "writer", "book"},
    "setText": {"clipboard"},
    "setImage": {"clipboard"},
    "setPixmap": {"clipboard"},
    "extract": {"archive"},
    "extractall": {"archive"},
    "touch": {"path", "Path"},
}
MODES = frozenset("wax+")

ALLOWED: dict[str, dict[str, str]] = {
    "deepbench/cli.py": {"open": "the null device, in place of a closed stream"},
    "deepbench/cli_progress.py": {"open": "the null device"},
    "deepbench/privacy/gate.py": {"write_file": "the gate: with a pass"},
    "deepbench/privacy/gate_folder.py": {"write_new_folder": "the gate: with a pass"},
    "deepbench/privacy/gate_files.py": {
        "open": "the gate's hands",
        "replace_file": "the gate's hands",
    },
    "deepbench/privacy/contents/opening.py": {"ZipFile": "reads, in memory"},
    "deepbench/privacy/contents/workbook.py": {"ZipFile": "reads, in memory"},
    "deepbench/privacy/final_bytes.py": {"ZipFile": "reads, in memory"},
    "deepbench/study/files.py": {
        "open": "writes atomically, for the study folder and the window's settings",
        "replace": "the same",
        "replace_file": "the same",
    },
    "deepbench/study/folder.py": {
        "write_atomically": "plan.toml of the study",
        "replace": "a folder inside the study gets its name",
    },
    "deepbench/study/artifacts.py": {
        "write_atomically": "artifacts in the study",
        "save": "an array, in memory",
    },
    "deepbench/study/draft.py": {"write_atomically": "draft.json of the study"},
    "deepbench/study/ledger.py": {
        "open": "the ledger",
        "write_atomically": "ledger.head.json",
    },
    "deepbench/study/location.py": {
        "NamedTemporaryFile": "an empty file, to see whether the study folder can be written"
    },
    "deepbench/study/lock.py": {"write_text": "who holds the study's lock"},
    "deepbench/study/migrations.py": {
        "copy2": "a copy of the ledger inside the study, before it is migrated",
        "write_atomically": "format.json of the study",
    },
    "deepbench/models/storage.py": {
        "write_atomically": "a model in a folder of the study",
        "ZipFile": "in memory",
    },
    "deepbench/jobs/open_test.py": {"save_model": "the final model, in a folder of the study"},
    "deepbench/jobs/private_training.py": {"save_model": "the same"},
    "deepbench/jobs/preparing.py": {"to_json": "bytes, stored in the study"},
    "deepbench/jobs/report.py": {"write_atomically": "report and results inside the study"},
    "deepbench/jobs/predict.py": {"to_csv": "in memory"},
    "deepbench/jobs/test_scores.py": {"to_csv": "in memory"},
    "deepbench/jobs/support_bundle.py": {"ZipFile": "in memory; leaves through the gate"},
    "deepbench/jobs/verify.py": {"mkdtemp": "a study of its own for the re-run; deleted"},
    "deepbench/data/readers/archive.py": {
        "TemporaryDirectory": "the table is unpacked; readable by this user alone, deleted",
        "open": "the same",
        "ZipFile": "reads",
    },
    "deepbench/data/readers/sheet_archives.py": {"ZipFile": "reads"},
    "deepbench/data/readers/workbook.py": {"ZipFile": "reads"},
    "resources/deepbench_resources/model/predict.py": {
        "open": "runs outside, with a model that left: its predictions"
    },
    "deepbench/data/table_store.py": {"write_table": "in memory"},
    "deepbench/interpretation/fold_results.py": {"savez": "in memory"},
    "deepbench/reporting/figures/style.py": {"savefig": "in memory"},
    "deepbench/worker/client.py": {"mkstemp": "what libraries print, by code alone; deleted"},
    "deepbench/worker/process.py": {"open": "the same file"},
    "deepbench/worker/failures.py": {
        "mkstemp": "a crash note: inside the study, or readable by this user alone",
        "open": "the same",
    },
    "ui/deepbench_ui/examples.py": {
        "copyfile": "the table of a built-in example, which is public",
        "replace": "the same",
    },
    "ui/deepbench_ui/faults.py": {
        "open": "crash notes in the window's own folder",
        "write_text": "the same",
    },
    "ui/deepbench_ui/settings.py": {
        "write_atomically": "settings in the window's own folder",
        "replace": "the same",
    },
    "ui/deepbench_ui/pages/report.py": {"openUrl": "the report inside the study, in a browser"},
    "ui/deepbench_ui/plots/export.py": {
        "QImageWriter": "in memory; leaves through the gate",
        "QPdfWriter": "the same",
        "QSvgGenerator": "the same",
    },
    "ui/deepbench_ui/plots/panel.py": {
        "clipboard": "after the worker's answer to LetOut",
        "setImage": "the same",
    },
    "ui/deepbench_ui/widgets/gated_text.py": {
        "clipboard": "after the worker's answer to LetOut",
        "setText": "the same",
    },
    "ui/deepbench_ui/widgets/data_table.py": {
        "clipboard": "after the worker's answer to LetOut",
        "setText": "the same",
    },
}


@functools.cache
def _sources() -> dict[str, ast.Module]:
    """Return the parsed source of every module, by its path in the repository."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    assert len(paths) > 300
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in paths
    }


def _owner(function: ast.Attribute) -> str:
    """Return the last name before the point: ``np`` in ``np.save``, ``clipboard`` in a call."""
    value = function.value
    if isinstance(value, ast.Call):
        value = value.func
    if isinstance(value, ast.Attribute):
        return value.attr
    return value.id if isinstance(value, ast.Name) else ""


def _opens_for_writing(call: ast.Call) -> bool:
    given = [*call.args, *(word.value for word in call.keywords if word.arg in ("mode", "flags"))]
    for argument in given:
        word = argument.value if isinstance(argument, ast.Constant) else None
        if isinstance(word, str) and len(word) <= 4 and MODES & set(word):
            return True
        if "O_WRONLY" in ast.dump(argument) or "O_RDWR" in ast.dump(argument):
            return True
    return False


def writers_in(source: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield what in a source text writes, and the line."""
    for node in ast.walk(source):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = getattr(function, "attr", getattr(function, "id", ""))
        if name in ("open", "fdopen") and _opens_for_writing(node):
            yield "open", node.lineno
        elif name == "replace" and isinstance(function, ast.Attribute):
            # Of a path: one argument; of a text: two; of a record: keywords.
            one = len(node.args) == 1 and not node.keywords
            if one or _owner(function) == "os":
                yield name, node.lineno
        elif name in WRITERS and name != "replace":
            owner = _owner(function) if isinstance(function, ast.Attribute) else ""
            if name not in ONLY_ON or owner in ONLY_ON[name]:
                yield name, node.lineno


PLANTED = {
    "with open(path, 'w') as file: pass": "open",
    "path.open('xb')": "open",
    "path.open(mode='a')": "open",
    "os.open(path, os.O_WRONLY | os.O_CREAT)": "open",
    "os.fdopen(number, 'w')": "open",
    "path.write_bytes(content)": "write_bytes",
    "frame.to_csv(path)": "to_csv",
    "frame.to_clipboard()": "to_clipboard",
    "figure.savefig(path)": "savefig",
    "np.save(path, array)": "save",
    "torch.save(model, path)": "save",
    "safetensors.numpy.save_file(tensors, path)": "save_file",
    "json.dump(value, stream)": "dump",
    "QGuiApplication.clipboard().setText(text)": "setText",
    "pixmap.save(path)": "save",
    "QSaveFile(path)": "QSaveFile",
    "shutil.copy(a, b)": "copy",
    "shutil.move(a, b)": "move",
    "os.replace(a, b)": "replace",
    "os.rename(a, b)": "rename",
    "path.replace(other)": "replace",
    "zipfile.ZipFile(path, 'w')": "ZipFile",
    "tempfile.mkstemp()": "mkstemp",
    "QDesktopServices.openUrl(url)": "openUrl",
    "subprocess.run(command)": "run",
}


@pytest.mark.parametrize("line", PLANTED)
def test_the_walk_finds_a_planted_writer(line: str) -> None:
    assert PLANTED[line] in [name for name, _ in writers_in(ast.parse(line))]


def test_the_walk_leaves_other_words_alone() -> None:
    innocent = "text.replace('a', 'b'); replace(record, x=1); self.save(); label.setText(text)"
    source = ast.parse(f"{innocent}; path.open('rb'); open(path)")
    assert list(writers_in(source)) == []


def test_only_listed_modules_write() -> None:
    unlisted, seen = [], set()
    for name, source in _sources().items():
        for writer, line in writers_in(source):
            seen.add((name, writer))
            if writer not in ALLOWED.get(name, {}):
                unlisted.append(f"{name}:{line}: {writer}")
    assert unlisted == []
    listed = {(name, writer) for name, writers in ALLOWED.items() for writer in writers}
    assert listed - seen == set(), "listed, but no longer there"


GATEKEEPERS = {
    "issue_pass": {"deepbench/jobs/let_go.py", "deepbench/jobs/support_bundle.py"},
    "write_out": {"deepbench/jobs/let_go.py", "deepbench/jobs/support_bundle.py"},
    "release_to_clipboard": {"deepbench/jobs/let_go.py"},
    "issue_folder_pass": {"deepbench/jobs/let_bundle_go.py"},
    "write_folder": {"deepbench/jobs/let_bundle_go.py"},
    "make_pass": {"deepbench/privacy/gate_folder.py"},
    "redeem": {"deepbench/privacy/gate_folder.py"},
}


def test_few_modules_speak_to_the_gate() -> None:
    found: dict[str, set[str]] = {name: set() for name in GATEKEEPERS}
    for path, source in _sources().items():
        for node in ast.walk(source):
            module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            if isinstance(node, ast.ImportFrom) and module.startswith("deepbench.privacy.gate"):
                for alias in node.names:
                    found.get(alias.name, set()).add(path)
    assert found == GATEKEEPERS
