"""How long the first step in a process takes, with compiling and without."""

import os
import subprocess
import sys
import tempfile

STEP = """
import time, torch, elman
rnn, X = elman.RNN(64, 64), torch.randn(35, 4, 64)
begin = time.perf_counter()
rnn(X)[0].sum().backward()
print(time.perf_counter() - begin)
"""


def first_calls() -> tuple[float, float]:
    """Seconds of a first training step where nothing is compiled yet, and where all is."""
    with tempfile.TemporaryDirectory() as cache:
        cold, warm = (_first_call(cache) for _ in range(2))
    return cold, warm


def _first_call(cache: str) -> float:
    result = subprocess.run(  # noqa: S603 - this very Python
        [sys.executable, "-c", STEP],
        env={**os.environ, "XDG_CACHE_HOME": cache},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(result.stdout)
