"""The latency of the first training step in a process, with and without compilation."""

import os
import subprocess
import sys
import tempfile
from typing import NamedTuple

FIRST_STEP = """
import time, torch, elman
rnn, X = elman.RNN(64, 64), torch.randn(35, 4, 64)
start = time.perf_counter()
rnn(X)[0].sum().backward()
print(time.perf_counter() - start)
"""


class ColdStart(NamedTuple):
    """Seconds of the first training step in a process.

    Attributes:
        compiling: with an empty cache of compiled code.
        cached: with the cache that the first process wrote.
    """

    compiling: float
    cached: float


def measure_cold_start() -> ColdStart:
    """Runs the first step in two new processes that share one cache."""
    with tempfile.TemporaryDirectory() as cache:
        return ColdStart(_first_step(cache), _first_step(cache))


def _first_step(cache: str) -> float:
    result = subprocess.run(  # noqa: S603 - the command is this Python
        [sys.executable, "-c", FIRST_STEP],
        env={**os.environ, "XDG_CACHE_HOME": cache},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(result.stdout)
