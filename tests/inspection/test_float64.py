from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import pack_sequence

from elman.inspection.float64 import to_float64


class Pair(NamedTuple):
    x: Tensor
    name: str


def test_floating_point_tensors_become_float64_at_any_depth() -> None:
    x, k = torch.rand(2, requires_grad=True), torch.tensor([1, 2])
    packed = pack_sequence([torch.rand(3, 1), torch.rand(2, 1)])
    pair, (in_list,), in_dictionary, indices, packed_64, none = to_float64(
        (Pair(x, "x"), [x], {"x": x}, k, packed, None)
    )
    for copy in (pair.x, in_list, in_dictionary["x"]):
        assert copy.dtype == torch.float64
        assert copy.tolist() == x.tolist()
        assert not copy.requires_grad
    assert pair.name == "x"
    assert none is None
    assert indices.dtype == k.dtype
    assert packed_64.data.dtype == torch.float64
    assert torch.equal(packed_64.batch_sizes, packed.batch_sizes)


def test_the_tensors_are_copies() -> None:
    x = torch.zeros(2, dtype=torch.float64)
    to_float64(x)[0] = 1
    assert x[0] == 0


def test_a_tensor_of_inference_mode_can_be_differentiated() -> None:
    with torch.inference_mode():
        x = torch.rand(2)
    x_64 = to_float64(x).requires_grad_()
    (gradient,) = torch.autograd.grad((x_64**2).sum(), x_64)
    assert torch.equal(gradient, 2 * x.double())
