"""Choices from optional groups, whose errors Hydra does not report."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf

from elman.cli.choices import check_choices

ROOT = Path(__file__).parents[2]


class Loader:
    def get_group_options(self, group: str) -> list[str]:
        return {"debug": ["cpu", "one_batch"], "data": ["text"]}.get(group, [])


@pytest.mark.parametrize(
    "choices",
    [
        {"debug": None, "data": "text"},
        {"debug": "cpu", "unknown_group": "any"},
        {"data": ["text", "more"]},
        {"debug": "null"},
        {"data@other": "any"},
    ],
)
def test_right_choices(monkeypatch: pytest.MonkeyPatch, choices: dict[str, object]) -> None:
    check_choices(_chosen(monkeypatch, choices))


def test_a_choice_that_there_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = _chosen(monkeypatch, {"data": "text", "debug": "nosuch"})
    with pytest.raises(ValueError, match=r"^debug must be one of cpu, one_batch, got 'nosuch'$"):
        check_choices(runtime)


def test_a_choice_from_a_folder_of_ones_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Hydra's list of choices lacks those of `hydra.searchpath`."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine.yaml").touch()
    check_choices(_chosen(monkeypatch, {"data": "mine"}, tmp_path))


def _chosen(
    monkeypatch: pytest.MonkeyPatch, choices: dict[str, object], folder: Path | None = None
) -> Any:
    sources = [{"schema": "file", "path": str(folder)}] if folder else []
    monkeypatch.setattr(GlobalHydra, "config_loader", lambda _: Loader())
    return OmegaConf.create({"choices": choices, "config_sources": sources})


def test_debug_itself_shows_no_traceback() -> None:
    command = [sys.executable, "scripts/train.py", "debug=nosuch", "hydra.output_subdir=null"]
    command.append("hydra.run.dir=.")
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr == "error: debug must be one of cpu, one_batch, overfit, got 'nosuch'\n"
