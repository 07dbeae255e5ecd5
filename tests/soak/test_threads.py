"""The same seed gives the same bits, whatever number of threads the machine offers."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

pytestmark = pytest.mark.soak

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("experiment", ["rows_recurrent", "digits_convolutional"])
def test_trainings_with_one_and_two_threads(
    experiment: str,
    pictures: Path,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    def weights(name: str, offered: int, *overrides: str) -> str:
        """The hash of the weights after a training, where the machine offers some threads."""
        run = tmp_path / name
        command = [sys.executable, "scripts/train.py", f"experiment={experiment}", *overrides]
        command += [f"data.path={pictures}", "data.validation=20", "data.test=20"]
        command += [f"hydra.run.dir={run}", "trainer.max_epochs=10", "logger=none"]
        command += ["~callbacks.progress", "+trainer.enable_progress_bar=false"]
        environment = {**os.environ, "OMP_NUM_THREADS": str(offered)}
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
        checkpoint = torch.load(run / "checkpoints" / "last.ckpt", weights_only=True)
        found = hashlib.sha256()
        for weight in checkpoint["state_dict"].values():
            found.update(weight.numpy().tobytes())
        return found.hexdigest()

    assert weights("one", 1, "threads=1") == weights("two", 2, "threads=1")
    free = weights("free", 2)
    assert weights("free_again", 2) == free
    other = "the same" if weights("free_one", 1) == free else "other"
    record_property(
        "figure",
        f"{experiment}: the same bits with threads=1, and again with 2 threads; without it {other} "
        "bits with 1 and 2 threads",
    )
