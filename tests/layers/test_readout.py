import pytest
import torch

from elman import Readout


def test_equals_the_equation_of_the_slides() -> None:
    layer = Readout(3, 2)
    h = torch.randn(4, 5, 3)
    torch.testing.assert_close(layer(h)[1, 2], layer.c + layer.W @ h[1, 2])


def test_initially_c_is_zero_and_W_small() -> None:
    layer = Readout(400, 300)
    assert layer.W.shape == (300, 400)
    assert 0 < layer.W.abs().max() <= 400**-0.5
    assert not layer.c.any()


@pytest.mark.parametrize(("sizes", "argument"), [((0, 2), "hidden_size"), ((2, 0), "output_size")])
def test_sizes_must_be_positive(sizes: tuple[int, int], argument: str) -> None:
    with pytest.raises(ValueError, match=f"{argument} must be greater than zero, got 0"):
        Readout(*sizes)


def test_device_and_dtype() -> None:
    layer = Readout(2, 3, device="meta", dtype=torch.float64)
    assert layer(torch.empty(4, 2, device="meta", dtype=torch.float64)).shape == (4, 3)
