import os
import subprocess
import sys

import pytest

from elman.recurrence.kernels import processes

# torch has worker threads when the process forks; elman has not computed anything yet.
FORK = """
import multiprocessing, os, signal, torch, elman
from torch.utils.data import DataLoader
torch.set_num_threads(2)
x = torch.randn(1000, 1000)
torch.tanh(x @ x)

def compute():
    signal.alarm(90)  # kills a process that hangs
    with torch.no_grad():
        elman.RNN(64, 256, engine="compiled")(torch.randn(30, 32, 64))

class Items(list):
    def __getitem__(self, item):
        compute()
        return item
"""
METHODS = {
    "fork": """
if (child := os.fork()) == 0:
    compute()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
""",
    "process": """
process = multiprocessing.get_context("fork").Process(target=compute)
process.start()
process.join()
assert process.exitcode == 0
""",
    "data": """
assert len(list(DataLoader(Items([0]), num_workers=1, multiprocessing_context="fork"))) == 1
""",
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")
@pytest.mark.parametrize("method", METHODS)
def test_a_forked_process_does_not_wait_for_missing_threads(method: str) -> None:
    code = FORK + METHODS[method]
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, timeout=120)


def test_only_another_process_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not processes.forked()
    monkeypatch.setattr(os, "getpid", lambda: processes.IMPORTED_IN + 1)
    assert processes.forked()
