"""Random networks and sequences, with the gradient of BPTT in NumPy."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
import torch
from torch import Tensor

from elman import reference
from elman.equations import NONLINEARITIES
from elman.forward_gradients import Gradients


class Example(NamedTuple):
    """A network, a sequence, and ∂C_t/∂h_t, `dh`, of an arbitrary cost."""

    X: Tensor
    h_0: Tensor
    U: Tensor
    V: Tensor
    b: Tensor
    dh: Tensor
    f: str

    @property
    def network(self) -> tuple[Tensor, ...]:
        return (self.h_0, self.U, self.V, self.b, NONLINEARITIES[self.f])

    def bptt(self) -> Gradients:
        arrays = (x.numpy() for x in (self.dh, self.X, self.h_0, self.U, self.V, self.b))
        found = reference.bptt(*arrays, f=self.f)
        return Gradients(*map(torch.from_numpy, (found.U, found.V, found.b)))


def draw(T: int, B: int, I: int, H: int, f: str = "tanh", seed: int = 0) -> Example:
    generator = torch.Generator().manual_seed(seed)
    shapes = [(T, B, I), (B, H), (I, H), (H, H), (H,), (T, B, H)]
    scales = [1, 1, I**-0.5, H**-0.5, 1, 1]
    tensors = [
        scale * torch.randn(shape, generator=generator, dtype=torch.float64)
        for shape, scale in zip(shapes, scales, strict=True)
    ]
    return Example(*tensors, f)


@pytest.fixture(scope="session")
def example() -> Callable[..., Example]:
    """`example(T, B, I, H, f="tanh", seed=0)`, in float64."""
    return draw


def compare(found: Gradients, expected: Gradients, tolerance: float = 1e-10) -> None:
    for name, value in found._asdict().items():
        right = getattr(expected, name)
        torch.testing.assert_close(value, right, rtol=tolerance, atol=tolerance, msg=name)


@pytest.fixture(scope="session")
def assert_equal() -> Callable[..., None]:
    """`assert_equal(found, expected, tolerance=1e-10)`: the gradients of U, V and b."""
    return compare
