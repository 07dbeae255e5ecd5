"""Trainings in several processes, as a shell, torchrun and the launchers of sweeps start them."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch

from elman.training.runs.folder import LAST, RESULT

pytestmark = pytest.mark.soak

ROOT = Path(__file__).parents[2]
TORCHRUN = ("-m", "torch.distributed.run")
LIMIT = 300  # seconds for a command, on a busy machine
DDP = ("trainer=ddp", "trainer.accelerator=cpu")
Record = Callable[[str, object], None]


@pytest.fixture
def small(book: Path) -> list[str]:
    return [
        f"data.path={book}",
        "data.batch_size=4",
        "data.chunk_length=18",
        "network.embedding_size=8",
        "network.hidden_size=16",
        "callbacks.samples.length=10",
    ]


def start(*command: str, **environment: str) -> subprocess.Popen[str]:
    """Starts Python in a session of its own."""
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def end(process: subprocess.Popen[str]) -> str:
    """Waits for the end; what the process printed."""
    try:
        return process.communicate(timeout=LIMIT)[0]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise


def workers(process: subprocess.Popen[str], name: str) -> list[int]:
    """The processes that it has started, by a part of their command line."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    commands = {child: Path(f"/proc/{child}/cmdline").read_text() for child in children}
    return [int(child) for child, command in commands.items() if name in command]


def wait_for(file: Path) -> None:
    limit = time.monotonic() + LIMIT
    while not file.exists():
        assert time.monotonic() < limit, f"no {file}"
        time.sleep(0.1)


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("rank", [0, 1])
def test_a_killed_process_ends_the_run_which_one_process_resumes(
    small: list[str], tmp_path: Path, record_property: Record, rank: int
) -> None:
    run = tmp_path / "run"
    two = [*DDP, "trainer.devices=2", "trainer.max_epochs=1000", f"hydra.run.dir={run}"]
    training = start("scripts/train.py", *small, *two)
    wait_for(run / LAST)
    both = workers(training, "spawn_main")
    assert len(both) == 2
    os.kill(both[rank], signal.SIGKILL)
    killed = time.monotonic()
    printed = end(training)
    seconds = time.monotonic() - killed
    assert training.returncode == 1, printed
    assert f"error: trainer: SIGKILL ended process {rank + 1} of 2, and all end with it" in printed
    assert seconds < 60
    assert not any(map(is_running, both))
    more = ["trainer=cpu", "trainer.accelerator=cpu", "trainer.devices=1", "+trainer.max_steps=1"]
    resumed = start("scripts/train.py", f"resume={run}", *more)
    printed = end(resumed)
    assert resumed.returncode == 0, printed
    assert "1 processes continue what 2 began" in printed
    record_property(
        "figure", f"process {rank + 1} of 2 killed: the run ended after {seconds:.1f} s"
    )


def test_the_processes_end_with_the_one_that_started_them(small: list[str], tmp_path: Path) -> None:
    run = tmp_path / "run"
    two = [*DDP, "trainer.devices=2", "trainer.max_epochs=1000", f"hydra.run.dir={run}"]
    training = start("scripts/train.py", *small, *two)
    wait_for(run / LAST)
    both = workers(training, "spawn_main")
    training.kill()
    end(training)  # its output ends with the last process
    limit = time.monotonic() + 60
    while any(map(is_running, both)):
        assert time.monotonic() < limit
        time.sleep(0.5)


LAUNCHERS = [
    pytest.param(
        launcher,
        marks=pytest.mark.skipif(
            package is not None and find_spec(package) is None, reason=f"needs {package}"
        ),
    )
    for launcher, package in (
        ("basic", None),
        ("joblib", "hydra_plugins.hydra_joblib_launcher"),
        ("submitit_local", "hydra_plugins.hydra_submitit_launcher"),
    )
    if package is None or find_spec("hydra_plugins") is not None
]


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_a_sweep_of_trainings_in_two_processes(
    small: list[str], tmp_path: Path, record_property: Record, launcher: str
) -> None:
    begun = time.monotonic()
    swept = start(
        "scripts/train.py",
        *("-m", f"hydra/launcher={launcher}", *small, *DDP, "trainer.devices=2"),
        *(
            "seed=0,1",
            "optimizer.lr=0.01,-1",
            "trainer.max_epochs=1",
            f"hydra.sweep.dir={tmp_path}",
        ),
    )
    printed = end(swept)
    assert swept.returncode == 1, printed
    assert printed.count("| `python scripts/train.py` |") == 1
    assert printed.count("failed: optimizer.lr") == 2
    assert "error: 2 of 4 trainings failed" in printed
    assert len(list(tmp_path.glob(f"*/{RESULT}"))) == 2
    seconds = time.monotonic() - begun
    record_property("figure", f"a sweep by {launcher}, 2 of 4 fail: {seconds:.0f} s")


def test_torchrun_on_two_machines(small: list[str], tmp_path: Path) -> None:
    agent = ["--nnodes=2", "--nproc-per-node=1", "--rdzv-backend=c10d", "--rdzv-id=two"]
    agent.append("--rdzv-endpoint=127.0.0.1:29713")
    given = [*small, *DDP, "trainer.max_epochs=1", f"hydra.run.dir={tmp_path / 'run'}"]
    agents = [start(*TORCHRUN, *agent, "scripts/train.py", *given) for _ in range(2)]
    printed = [end(each) for each in agents]
    assert [each.returncode for each in agents] == [0, 0], printed
    assert "".join(printed).count("Test: ") == 1
    assert json.loads((tmp_path / "run" / RESULT).read_text())["metrics"]["bpc"] > 0


def test_torchrun_restarts_a_killed_process(
    small: list[str], tmp_path: Path, record_property: Record
) -> None:
    run = tmp_path / "run"
    agent = start(
        *(*TORCHRUN, "--standalone", "--nproc-per-node=2", "--max-restarts=1", "scripts/train.py"),
        *(*small, *DDP, "trainer.max_epochs=40", f"hydra.run.dir={run}"),
        TORCH_DISABLE_SHARE_RDZV_TCP_STORE="1",
    )
    wait_for(run / LAST)
    os.kill(workers(agent, "train.py")[1], signal.SIGKILL)
    printed = end(agent)
    assert agent.returncode == 0, printed
    assert (run / RESULT).exists()
    steps = [int(text.replace(",", "")) for text in re.findall(r"After ([\d,]+) steps", printed)]
    assert torch.load(run / LAST, weights_only=True)["global_step"] == 40 * 22
    record_property("figure", f"killed under torchrun: went on, {len(steps)} validations in all")


COLD = """
import sys, torch
from elman import RNN
torch.manual_seed(0)
rnn = RNN(3, 4, engine="compiled")
O, h = rnn(torch.randn(5, 2, 3))
O.sum().backward()
print(float(O.sum()), float(rnn.cells[0].V.grad.sum()))
"""


def test_four_processes_fill_the_cache_of_the_kernels(
    tmp_path: Path, record_property: Record
) -> None:
    begun = time.monotonic()
    cache = {"NUMBA_CACHE_DIR": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    four = [start("-c", COLD, **cache) for _ in range(4)]
    printed = [end(each) for each in four]
    assert [each.returncode for each in four] == [0] * 4, printed
    assert len(set(printed)) == 1
    assert any(path.is_file() for path in tmp_path.rglob("*"))
    cold, begun = time.monotonic() - begun, time.monotonic()
    assert end(start("-c", COLD, **cache)) == printed[0]
    warm = time.monotonic() - begun
    record_property("figure", f"kernels: four cold starts {cold:.0f} s, then one {warm:.0f} s")
