import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from elman.recurrence.kernels import object_code

USE = """
import sys, torch, elman
torch.manual_seed(0)
rnn = elman.RNN(3, 5, engine="compiled", dtype=torch.{dtype})
h, _ = rnn(torch.randn(4, 2, 3, dtype=torch.{dtype}))
h.sum().backward()
print(rnn.V.grad.sum().item())
assert ("numba" in sys.modules) == {numba}
"""


def use(cache: Path, dtype: str = "float32", *, numba: bool) -> str:
    result = subprocess.run(
        [sys.executable, "-c", USE.format(numba=numba, dtype=dtype)],
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_compiled_once_is_loaded_without_numba_later(dtype: str, tmp_path: Path) -> None:
    first = use(tmp_path, dtype, numba=True)
    [kept] = (tmp_path / "elman").glob("*.o")
    assert use(tmp_path, dtype, numba=False) == first
    assert [kept] == list((tmp_path / "elman").iterdir())


def test_a_file_cut_short_is_made_anew(tmp_path: Path) -> None:
    first = use(tmp_path, numba=True)
    [kept] = (tmp_path / "elman").glob("*.o")
    whole = kept.read_bytes()
    kept.write_bytes(whole[: len(whole) // 2])
    assert use(tmp_path, numba=True) == first
    assert len(kept.read_bytes()) > len(whole) // 2


def test_nowhere_to_keep_it(tmp_path: Path) -> None:
    no_folder = tmp_path / "file"
    no_folder.write_text("in the way")
    assert use(no_folder, numba=True)
    assert no_folder.read_text() == "in the way"


def test_another_processor_or_dtype_has_another_file(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {object_code._key("float32"), object_code._key("float64")}
    monkeypatch.setattr(object_code.binding, "get_host_cpu_name", lambda: "another")
    keys |= {object_code._key("float32"), object_code._key("float64")}
    assert len(keys) == 4


WITHOUT_AVX512 = """
from llvmlite import binding
features = binding.get_host_cpu_features()
features.update({name: False for name in features if name.startswith(("avx512", "avx10", "evex"))})
binding.get_host_cpu_features = lambda: features
binding.get_host_cpu_name = lambda: "haswell"
import torch
from elman.recurrence import recurrence
from elman.recurrence.kernels.tiles import BYTES
assert BYTES == 32
for T, B, I, H in ((3, 1, 1, 1), (20, 7, 3, 33), (18, 13, 30, 70)):
    shapes = (T, B, I), (B, H), (I, H), (H, H), (H,)
    x = [(torch.randn(s) / H**0.5).requires_grad_() for s in shapes]
    found, right = (recurrence(*x, engine=engine) for engine in ("compiled", "unrolled"))
    torch.testing.assert_close(found, right)
    gradients = [torch.autograd.grad(h.sum(), x) for h in (found, right)]
    torch.testing.assert_close(*gradients, rtol=1e-4, atol=1e-4)
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="needs an x86-64 processor")
def test_a_processor_with_shorter_vectors(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT_AVX512],
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
