from pathlib import Path

import pytest

from elman.training.runs.whole_file import whole_file


def test_a_file_is_written_whole_or_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    with whole_file(path) as file:
        file.write("first\n")
    with pytest.raises(UnicodeEncodeError), whole_file(path) as file:
        file.write("second \ud800")  # as on a full disk, the rest cannot be written
    assert path.read_bytes() == b"first\n"
    assert list(tmp_path.iterdir()) == [path]
