"""The compiled loops: tiles and threads."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from elman.comparison.memory import peak_bytes
from elman.equations import NONLINEARITIES
from elman.recurrence import recurrence
from elman.recurrence.kernels import object_code

engine = importlib.import_module(
    "elman.recurrence.compiled"
)  # the package has a function of this name


def arguments(T: int, B: int, H: int, dtype: torch.dtype) -> list[Tensor]:
    shapes = [(T, B, 3), (B, H), (3, H), (H, H), (H,)]
    return [
        (torch.randn(shape, dtype=torch.float64) / H**0.5).to(dtype).requires_grad_()
        for shape in shapes
    ]


def assert_same_states_and_gradients(
    x: list[Tensor], f: str, padding_mask: Tensor | None = None
) -> None:
    found, expected = (
        recurrence(*x, NONLINEARITIES[f], padding_mask, engine=engine)  # type: ignore[arg-type]
        for engine in ("compiled", "unrolled")
    )
    tolerance = {torch.float32: 2e-5, torch.float64: 1e-12}[x[0].dtype]
    torch.testing.assert_close(found, expected, rtol=tolerance, atol=tolerance)
    dh = torch.randn_like(expected)
    gradients = [torch.autograd.grad(h, x, dh) for h in (found, expected)]
    for ours, theirs in zip(*gradients, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=tolerance, atol=10 * tolerance)


@given(
    T=st.integers(0, 35),  # several chunks, the last one shorter
    B=st.integers(0, 19),  # several tiles, the last one smaller
    H=st.integers(1, 70),  # several tiles, the last one smaller
    f=st.sampled_from(sorted(NONLINEARITIES)),
    dtype=st.sampled_from([torch.float32, torch.float64]),
    lengths=st.booleans(),
    seed=st.integers(0, 999),
)
def test_sizes_that_tiles_and_chunks_do_not_divide(
    T: int, B: int, H: int, f: str, dtype: torch.dtype, lengths: bool, seed: int
) -> None:
    torch.manual_seed(seed)
    padding_mask = (
        torch.arange(T)[:, None, None] >= torch.randint(T + 1, (B, 1)) if lengths else None
    )
    assert_same_states_and_gradients(arguments(T, B, H, dtype), f, padding_mask)


@pytest.mark.parametrize("T", [5, 40])  # all time steps at once, or in chunks
@pytest.mark.parametrize("B", [1, 5, 21])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_results_do_not_depend_on_the_number_of_threads(
    T: int, B: int, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "PARALLEL_THRESHOLD", 0)
    torch.manual_seed(0)
    x = arguments(T, B, 20, dtype)
    dh = torch.randn(T, B, 20, dtype=dtype)
    results = []
    for threads in (1, 2, 3, 8):
        monkeypatch.setattr(torch, "get_num_threads", lambda threads=threads: threads)
        h = recurrence(*x, engine="compiled")
        results.append([h, *torch.autograd.grad(h, x, dh)])
    for other in results[1:]:
        assert all(map(torch.equal, results[0], other))
    assert_same_states_and_gradients(x, "tanh")


def test_concurrent_python_threads() -> None:
    x = [a.detach() for a in arguments(30, 16, 64, torch.float32)]
    expected = recurrence(*x, engine="compiled")
    with ThreadPoolExecutor(4) as executor:
        found = executor.map(lambda _: recurrence(*x, engine="compiled"), range(32))
        assert all(torch.equal(h, expected) for h in found)


def test_a_forked_process_computes_without_worker_threads() -> None:
    code = """
import importlib, os, torch
from elman.recurrence import recurrence
importlib.import_module("elman.recurrence.compiled").PARALLEL_THRESHOLD = 0
torch.set_num_threads(2)
x = [torch.randn(s) for s in ((5, 9, 3), (9, 4), (3, 4), (4, 4), (4,))]
h = recurrence(*x, engine="compiled")
if (child := os.fork()) == 0:
    os._exit(0 if torch.equal(recurrence(*x, engine="compiled"), h) else 1)
assert os.waitpid(child, 0)[1] == 0
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, timeout=120)


@pytest.mark.parametrize("f", NONLINEARITIES)
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e30])
def test_nan_and_infinity_as_in_torch(f: str, value: float) -> None:
    X = torch.zeros(3, 2, 1)
    X[1, 0] = value
    x = [X, torch.zeros(2, 3), torch.ones(1, 3), torch.eye(3), torch.zeros(3)]
    found, expected = (
        recurrence(*x, NONLINEARITIES[f], engine=engine)  # type: ignore[arg-type]
        for engine in ("compiled", "unrolled")
    )
    torch.testing.assert_close(found, expected, equal_nan=True)


@pytest.fixture
def broken_numba(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def fail(*_: str) -> int:
        raise ImportError("Numba needs NumPy 2.0 or less")

    engine._kernels.cache_clear()
    engine._warn.cache_clear()
    monkeypatch.setattr(object_code, "address", fail)
    yield
    engine._kernels.cache_clear()


@pytest.mark.usefixtures("broken_numba")
def test_without_working_numba_the_layer_works_and_warns_once() -> None:
    x = arguments(2, 1, 3, torch.float32)
    with pytest.warns(RuntimeWarning, match=r"does not work here \(ImportError: Numba needs NumPy"):
        found = recurrence(*x)
    assert torch.equal(found, recurrence(*x, engine="bptt"))
    x = arguments(2, 1, 3, torch.float64)  # warns only once for a reason; warnings are errors here
    assert torch.equal(recurrence(*x), recurrence(*x, engine="bptt"))
    with pytest.raises(ValueError, match=r"needs numba, which does not work here \(Numba needs"):
        recurrence(*x, engine="compiled")


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (torch.zeros(2, 1, 3, dtype=torch.bfloat16), "not on cpu in torch.bfloat16; engine 'bptt'"),
        (torch.zeros(2, 1, 3, device="meta"), "not on meta in torch.float32; engine 'bptt' takes"),
        (torch.zeros(2, 1, 3, dtype=torch.complex64), "engine 'compiled' takes real numbers only"),
    ],
)
def test_rejects_unsupported_devices_and_dtypes(X: Tensor, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        recurrence(X, *(X.new_zeros(s) for s in ((1, 4), (3, 4), (4, 4), (4,))), engine="compiled")


def test_auto_supports_bfloat16() -> None:
    x = [torch.randn(s, dtype=torch.bfloat16) for s in ((2, 1, 3), (1, 4), (3, 4), (4, 4), (4,))]
    assert torch.equal(recurrence(*x), recurrence(*x, engine="bptt"))


def test_the_error_names_the_engine_that_takes_any_function() -> None:
    x = arguments(1, 1, 1, torch.float32)
    with pytest.raises(ValueError, match="engine 'compiled' has derivatives of tanh"):
        recurrence(*x, torch.sin, engine="compiled")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_long_backward_pass_stores_the_gradients_of_one_chunk(dtype: torch.dtype) -> None:
    """The gradients of all time steps would take as much memory as the states."""
    T, B, H = 1000, 16, 32
    X, *others = arguments(T, B, H, dtype)
    X = X.detach()  # its gradient would take memory, too
    h = recurrence(X, *others, engine="compiled")
    dh = torch.ones_like(h)

    def backward() -> None:
        torch.autograd.grad(h, others, dh, retain_graph=True)

    assert peak_bytes(backward, h.device) < h.numel() * h.element_size() / 20


@pytest.mark.parametrize("engine", ["compiled", "bptt"])
def test_second_derivatives_ignore_padding(engine: Any) -> None:
    """At padding the state would overflow, and 0 · ∞ would make every second derivative NaN."""
    T, H = 60, 4
    x = [a.detach() for a in arguments(T, 3, H, torch.float32)]
    x[3] = 10 * torch.eye(H)  # 10⁶⁰ is too large for float32
    x = [a.requires_grad_() for a in x]
    padding_mask = torch.arange(T)[:, None, None] >= torch.tensor([2, 0, 3])[:, None]

    def second_derivatives(engine: Any) -> tuple[Tensor, ...]:
        h = recurrence(*x, torch.relu, padding_mask, engine=engine)
        dX, dh_0 = torch.autograd.grad(h.sum(), x[:2], create_graph=True)
        return torch.autograd.grad((dX**2).sum() + (dh_0**2).sum(), x[2:4])

    found, expected = second_derivatives(engine), second_derivatives("unrolled")
    assert all(derivative.isfinite().all() and derivative.any() for derivative in expected)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
