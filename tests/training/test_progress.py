"""The progress bar on a terminal of 80 columns."""

import io
from collections.abc import Callable

import pytest
from omegaconf import DictConfig, open_dict
from rich.console import Console

from elman.training.train import train

TARGET = "elman.training.progress.ProgressBar"


def test_a_line_fits_into_80_columns_and_counts_epochs_from_1(
    configured: Callable[..., DictConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=80, color_system=None)
    monkeypatch.setattr(
        "lightning.pytorch.callbacks.progress.rich_progress.get_console", lambda: console
    )
    config = configured("trainer.max_epochs=2", "++trainer.enable_progress_bar=true")
    with open_dict(config):
        config.callbacks.progress = {"_target_": TARGET, "refresh_rate": 2}
    train(config)
    lines = screen.getvalue().replace("\r", "\n").splitlines()
    epochs = [line for line in lines if "Epoch" in line]
    assert any("Epoch 2/2" in line for line in epochs)
    assert not any("Epoch 0" in line or "v_num" in line for line in epochs)
    assert any("bpc: " in line and "val: " in line for line in epochs)
    # A metric alone in a line would be the rest of a line that was too long.
    assert not any("val: " in line and "/" not in line for line in lines)
