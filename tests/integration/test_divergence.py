"""Trainings that diverge, as people run them."""

import os
import subprocess
import sys
from pathlib import Path

import torch

ROOT = Path(__file__).parents[2]
# A person's own training, whose cost is too large at step 15, once, in one of two processes.
BROKEN = """
from pathlib import Path
from elman.training.truncated_bptt import TruncatedBPTT

class Broken(TruncatedBPTT):
    def training_step(self, batch, batch_idx):
        cost = super().training_step(batch, batch_idx)
        broken = Path(__file__).with_name(f"broken{self.global_rank}")
        if self.trainer.global_step + 1 == 15 and not broken.exists():
            broken.touch()  # for all later processes
            return cost * (1e9 if self.global_rank == 1 else 1)
        return cost
"""


def train(book: Path, tmp_path: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    small = ["data.batch_size=4", "data.chunk_length=18", "trainer.max_epochs=1", "logger=none"]
    small += ["network.hidden_size=16", "trainer.val_check_interval=0.5"]
    small += ["~callbacks.learning_rate", f"data.path={book}", f"hydra.run.dir={tmp_path / 'run'}"]
    return subprocess.run(
        [sys.executable, "scripts/train.py", *small, *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_a_training_that_diverges_ends_with_one_sentence_and_exit_code_3(
    book: Path, tmp_path: Path
) -> None:
    stopped = train(book, tmp_path, "optimizer.lr=inf")
    assert stopped.returncode == 3, stopped.stderr
    assert stopped.stderr.startswith("error: training diverged at step 2: the cost is nan (")
    assert stopped.stderr.count("\n") == 1


def test_all_processes_go_back(book: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(BROKEN, encoding="utf-8")
    two = ["trainer=ddp", "trainer.accelerator=cpu", "trainer.devices=2"]
    rolled = ["training._target_=broken.Broken", "on_divergence=rollback"]
    trained = train(book, tmp_path, *two, *rolled)
    assert trained.returncode == 0, trained.stderr
    last = tmp_path / "run" / "checkpoints" / "last.ckpt"
    told = "training diverged at step 15: the cost has grown to"
    assert trained.stdout.count(told) == 1
    assert f"Back to {last}, with half the learning rate (1 of" in trained.stdout
    checkpoint = torch.load(last, weights_only=True)
    assert checkpoint["global_step"] == 22
    assert checkpoint["lr_schedulers"][0]["base_lrs"] == [4e-3 / 2]
