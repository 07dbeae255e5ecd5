from pathlib import Path

import pytest

from elman.data.bad_lines import BadLines
from elman.data.text_file import read_lines


def test_skipped_lines_are_counted_and_the_first_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad = BadLines("names.csv", "skip")
    bad.tell()
    assert not caplog.messages
    bad.found(3, "it is empty")
    bad.found(8, "it has no text")
    bad.tell()
    assert caplog.messages == [
        "data: names.csv: 2 bad lines are left out, the first is line 3: it is empty"
    ]


def test_lines_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes("\ufeffÄ,b\r\nc".encode())
    assert read_lines("path", path) == ["Ä,b", "c"]
