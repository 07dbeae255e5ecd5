import os
import signal
import time
from pathlib import Path

from elman.data.made_once import made_once


def test_only_one_of_several_processes_makes_a_file(tmp_path: Path) -> None:
    """Each writes one letter to the file, unless it is there already; none is left behind."""
    children = []
    for letter in "abcd":
        if (child := os.fork()) == 0:
            with made_once(tmp_path / "data", "file") as temporary:
                if not (tmp_path / "data/file").exists():
                    (temporary / "file").write_text(letter)
                    time.sleep(0.1)  # the others arrive
                    (temporary / "file").replace(tmp_path / "data/file")
                (tmp_path / letter).write_text((tmp_path / "data/file").read_text())
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    assert len({(tmp_path / letter).read_text() for letter in "abcd"}) == 1
    assert os.listdir(tmp_path / "data") == ["file"]


def test_what_a_killed_process_has_left_is_removed(tmp_path: Path) -> None:
    if (child := os.fork()) == 0:
        with made_once(tmp_path, "file") as temporary:
            (temporary / "half").write_text("of a file")
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert (tmp_path / ".file.part/half").exists()
    with made_once(tmp_path, "file") as temporary:
        assert not list(temporary.iterdir())
    assert not list(tmp_path.iterdir())
