import os
from pathlib import Path

import pytest

from elman.cli.new_folder import RANKS, new_folder, new_subfolder


def test_no_two_get_the_same_folder(tmp_path: Path) -> None:
    """Also not if they ask at the same time."""
    pairs = [os.pipe() for _ in range(4)]
    children = []
    for _, told in pairs:
        if (child := os.fork()) == 0:
            for _ in range(5):
                os.write(told, f"{new_folder(str(tmp_path / 'outputs/12-00'))}\n".encode())
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    folders = [line for pipe, _ in pairs for line in os.read(pipe, 10**5).decode().splitlines()]
    names = {"12-00", *(f"12-00_{number}" for number in range(1, 20))}
    assert sorted(Path(folder).name for folder in folders) == sorted(names)
    assert {path.name for path in (tmp_path / "outputs").iterdir()} == names


@pytest.mark.parametrize("rank", RANKS)
def test_only_the_first_process_makes_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rank: str
) -> None:
    monkeypatch.setenv(rank, "1")
    assert new_folder(str(tmp_path / "run")) == str(tmp_path / "run")
    assert not list(tmp_path.iterdir())


def test_the_trainings_of_a_continued_sweep_have_folders_of_their_own(tmp_path: Path) -> None:
    assert [new_subfolder(str(tmp_path), 0) for _ in range(3)] == ["0", "0_1", "0_2"]
