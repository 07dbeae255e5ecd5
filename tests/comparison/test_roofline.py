import pytest
import torch

from elman.comparison import roofline
from elman.comparison.roofline import multiplications, peak_flops
from elman.comparison.sizes import Sizes


def test_multiplications_of_the_products() -> None:
    T, B, I, H = 5, 4, 3, 8
    forward = T * (B * I * H + B * H * H)  # X U and h V
    assert multiplications(Sizes(T, B, I, H), train=False) == forward
    # backward: ∂a Vᵀ, Xᵀ ∂a and hᵀ ∂a; X wants no gradient
    backward = T * (B * H * H + I * B * H + H * B * H)
    assert multiplications(Sizes(T, B, I, H), train=True) == forward + backward


def test_the_fastest_product_is_the_peak(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([4.0, 2.0])  # of one library, and of the other

    def measurement(*_: object) -> object:
        seconds = next(times)
        return lambda: seconds

    monkeypatch.setattr(roofline, "SHAPES", {"cpu": (100,)})
    monkeypatch.setattr(roofline, "measurement", measurement)
    monkeypatch.setattr(roofline, "_products", lambda _: [lambda: None, lambda: None])
    assert peak_flops(torch.device("cpu")) == 2 * 100**3 / 2.0


def test_every_library_multiplies_the_same() -> None:
    A = torch.randn(7, 7)
    for product in roofline._products(A):
        found = product()
        found = found.to_dense() if found.is_mkldnn else found
        assert any(torch.allclose(found, right, atol=1e-5) for right in (A @ A, A @ A.T))
