import hashlib
import os
import pickle

import pytest

from deepbench.data import table_import
from deepbench.data.provenance import FileFacts, file_facts
from deepbench.data.readers.registry import READERS, read_raw
from deepbench.data.table_files import TableFiles
from deepbench.errors import DataError
from deepbench.plan import Data, plan_from_answers

OPTIONS = Data(source="x")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x89PNG\r\n\x1a\n1234", "image"),
        (b"%PDF-1.7", "PDF"),
        (pickle.dumps({"a": 1}), "pickle"),
        (b"  <!DOCTYPE html><html>", "web page"),
        (b"\xef\xbb\xbf<html><table>", "web page"),
        (b"", "empty"),
    ],
)
def test_what_is_no_table_is_named(write, content, message):
    with pytest.raises(DataError, match=message) as caught:
        read_raw(write(content), OPTIONS)
    assert caught.value.hint


def test_missing_file_names_the_nearest(write):
    path = write("a,b\n1,2\n", "patients.csv")
    with pytest.raises(DataError, match=r"no file patiens\.csv") as caught:
        read_raw(path.with_name("patiens.csv"), OPTIONS)
    assert "patients.csv" in caught.value.hint
    with pytest.raises(DataError, match="no folder"):
        read_raw(path.parent / "elsewhere" / "x.csv", OPTIONS)


def test_folder_and_pipe_are_refused(tmp_path):
    with pytest.raises(DataError, match="folder"):
        read_raw(tmp_path, OPTIONS)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(DataError, match="regular file"):
            read_raw(tmp_path / "pipe", OPTIONS)


def test_facts_and_changes(write):
    content = b"a,b\n1,2\n" * 300_000
    path = write(content)
    facts = file_facts(path)
    assert facts == FileFacts(len(content), hashlib.sha256(content).hexdigest())


def test_a_file_that_changes_while_it_is_read_is_refused(write, monkeypatch):
    path = write("id,x\na,1\nb,2\n")
    plan = plan_from_answers({"question": {"outcome": "x"}, "data": {"source": path.name}})
    read = table_import.assemble

    def read_and_change(*arguments):
        table = read(*arguments)
        path.write_text("id,x\na,1\nb,3\n")
        return table

    monkeypatch.setattr(table_import, "assemble", read_and_change)
    with pytest.raises(DataError, match="changed while it was being read"):
        table_import.import_table(TableFiles(path), plan)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_every_reader_refuses_nonsense_in_a_sentence(reader, write):
    """Contract: whatever the bytes, a reader returns a table or raises a DataError."""
    with pytest.raises(DataError) as caught:
        reader.read(write(b"PK\x03\x04\x00\xff\xfe\x00 no table \x00"), OPTIONS)
    assert caught.value.message.endswith(".")
    assert caught.value.hint
