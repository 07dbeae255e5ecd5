import pytest
import torch

from elman.comparison import roofline
from elman.comparison.roofline import multiply_adds, peak_flops
from elman.comparison.sizes import Sizes


def test_multiply_adds() -> None:
    T, B, I, H = 5, 4, 3, 8
    forward = T * (B * I * H + B * H * H)  # X U and h V
    assert multiply_adds(Sizes(T, B, I, H), train=False) == forward
    # backward: ∂a Vᵀ, Xᵀ ∂a and hᵀ ∂a
    backward = T * (B * H * H + I * B * H + H * B * H)
    assert multiply_adds(Sizes(T, B, I, H), train=True) == forward + backward


def test_peak_is_that_of_the_fastest_product(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([4.0, 2.0])  # BLAS, oneDNN

    def step_timer(_: object) -> object:
        seconds = next(times)
        return lambda: seconds

    monkeypatch.setattr(roofline, "MATRIX_SIZES", {"cpu": (100,)})
    monkeypatch.setattr(roofline, "step_timer", step_timer)
    monkeypatch.setattr(roofline, "_products", lambda _: [lambda: None, lambda: None])
    assert peak_flops(torch.device("cpu")) == 2 * 100**3 / 2.0


def test_all_products_are_correct() -> None:
    A = torch.randn(7, 7)
    for product in roofline._products(A):
        result = product()
        result = result.to_dense() if result.is_mkldnn else result
        assert any(torch.allclose(result, expected, atol=1e-5) for expected in (A @ A, A @ A.T))
