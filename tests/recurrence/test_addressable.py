"""Which tensors compiled code can access through pointers, and how all others are handled."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from elman import RNN
from elman.recurrence import recurrence
from elman.recurrence.addressable import (
    DTYPES,
    addresses,
    are_addressable,
    are_consistent,
    is_plain,
)

T, B, I, H = 5, 2, 3, 4
SHAPES = {"X": (T, B, I), "h_0": (B, H), "U": (I, H), "V": (H, H), "b": (H,)}


def arguments() -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(0)
    return {name: torch.randn(shape, generator=generator) for name, shape in SHAPES.items()}


class Subclass(Tensor):
    """A subclass that every torch operation returns."""


OTHERS: dict[str, Callable[[Tensor], Tensor]] = {
    "of a subclass": lambda x: x.as_subclass(Subclass),  # type: ignore[arg-type]
    "on another device": lambda x: x.to("meta"),
    "of another dtype": lambda x: x.double(),
    "of a dtype that is not compiled for": lambda x: x.bfloat16(),
    "of integers": lambda x: x.long(),
    "sparse": lambda x: x.to_sparse(),
    "of another memory format": lambda x: x.to_mkldnn(),
    "a view of its negative": torch._neg_view,
    "of another shape": lambda x: x[..., :1],
    "with one more dimension": lambda x: x[None],
    "without dimensions": lambda x: x.sum(),
}


def test_plain_tensors_are_addressable_with_any_strides() -> None:
    x = arguments()
    assert are_addressable(**x)
    assert are_consistent(**x)
    strided = {name: a.mT.contiguous().mT if a.dim() > 1 else a for name, a in x.items()}
    assert are_addressable(**strided)
    assert are_addressable(
        **{**x, "V": nn.Parameter(x["V"])}, padding_mask=torch.zeros(T, B, 1).bool()
    )
    assert are_addressable(**{name: a.double() for name, a in x.items()})
    assert set(DTYPES) == {torch.float32, torch.float64}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_other_tensors_are_not_addressable(name: str, other: Callable[[Tensor], Tensor]) -> None:
    x = arguments()
    x[name] = other(x[name])
    assert not are_addressable(**x)


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize(
    "other", ["of a subclass", "on another device", "of another dtype", "of another shape"]
)
def test_other_tensors_are_not_consistent(name: str, other: str) -> None:
    x = arguments()
    x[name] = OTHERS[other](x[name])
    assert not are_consistent(**x)


@pytest.mark.parametrize(
    "padding_mask",
    [
        torch.zeros(T, B, 1),
        torch.zeros(T, B).bool(),
        torch.zeros(T, B, 1, device="meta").bool(),
        torch.zeros(T, B, 1).bool().as_subclass(Subclass),  # type: ignore[arg-type]
    ],
)
def test_the_padding_mask_is_checked(padding_mask: Tensor) -> None:
    assert not are_addressable(**arguments(), padding_mask=padding_mask)


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_other_tensors_are_not_plain(other: Callable[[Tensor], Tensor]) -> None:
    h = torch.zeros(T, B, H)
    assert is_plain(h, torch.float32, (T, B, H))
    assert is_plain(h.mT.contiguous().mT, torch.float32, (T, B, H))
    assert not is_plain(other(h), torch.float32, (T, B, H))


def test_addresses() -> None:
    x, freed = torch.zeros(3), torch.zeros(3)
    freed.untyped_storage().resize_(0)
    assert addresses((x, None)) == [x.data_ptr(), 0]
    for without_memory in (freed, torch._efficientzerotensor(3), x.to_sparse()):
        with pytest.raises(RuntimeError, match=r"memory|storage|pointer"):
            addresses((x, without_memory))


@pytest.mark.parametrize("name", [*SHAPES, "padding_mask"])
@pytest.mark.parametrize("grad", [False, True])
def test_different_devices_are_rejected(name: str, grad: bool) -> None:
    """A product with a matrix on another device may be uninitialized memory."""
    x = arguments() | {"padding_mask": torch.zeros(T, B, 1).bool()}
    x[name] = x[name].to("meta")
    if grad:
        x["U"].requires_grad_()
    with pytest.raises(RuntimeError, match=r"same device|expected device|on meta"):
        recurrence(**x)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", SHAPES)
def test_different_dtypes_are_rejected(name: str) -> None:
    x = arguments()
    x[name] = x[name].double()
    with pytest.raises(RuntimeError, match="dtype"):
        recurrence(**x)


def test_a_weight_with_freed_memory_is_rejected() -> None:
    for name in ("X", "U", "V", "b"):
        x = arguments()
        x[name].untyped_storage().resize_(0)
        with pytest.raises(RuntimeError, match="storage has been freed"):
            recurrence(**x)


def test_a_bias_of_one_number_is_broadcast() -> None:
    x = arguments() | {"b": torch.ones(1, requires_grad=True)}
    h = recurrence(**x)
    expected_h = recurrence(**x | {"b": x["b"].expand(H)})
    torch.testing.assert_close(h, expected_h)
    found, expected = (torch.autograd.grad(each.sum(), x["b"]) for each in (h, expected_h))
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("engine", ["auto", "compiled", "bptt"])
@pytest.mark.parametrize("name", SHAPES)
def test_negated_views_as_arguments(name: str, engine: str) -> None:
    x = arguments()
    negative = x | {name: torch._neg_view(x[name]).requires_grad_()}
    positive = x | {name: (-x[name]).requires_grad_()}
    results = []
    for each in (negative, positive):
        h = recurrence(**each, engine=engine)  # type: ignore[arg-type]
        results.append([h, torch.autograd.grad(h.square().sum(), each[name])])
    torch.testing.assert_close(*results)


@pytest.mark.parametrize("engine", ["auto", "compiled", "bptt", "unrolled"])
def test_a_negated_view_as_gradient(engine: str) -> None:
    x = arguments()
    x["V"].requires_grad_()
    h = recurrence(**x, engine=engine)  # type: ignore[arg-type]
    dh = torch.randn(T, B, H)
    found = torch.autograd.grad(h, x["V"], torch._neg_view(dh), retain_graph=True)
    torch.testing.assert_close(found, torch.autograd.grad(h, x["V"], -dh))


@pytest.mark.parametrize("change", [lambda V: V.double(), lambda V: V[:1], lambda V: V.to("meta")])
def test_a_weight_replaced_before_the_backward_pass_raises(
    change: Callable[[Tensor], Tensor],
) -> None:
    rnn = RNN(I, H)
    output, _ = rnn(torch.randn(T, B, I))
    with contextlib.suppress(RuntimeError):  # not all are possible
        rnn.V.data = change(rnn.V.data)
        with pytest.raises(RuntimeError):
            output.sum().backward()


class OperationCounter(TorchDispatchMode):
    """Records the operations of the dispatcher."""

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[str] = []

    def __torch_dispatch__(self, function: Any, _: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.operations.append(str(function))
        return function(*args, **(kwargs or {}))


def products(mode: OperationCounter) -> int:
    return sum("mm" in operation for operation in mode.operations)


@pytest.mark.parametrize("engine", ["auto", "compiled", "bptt"])
def test_a_mode_sees_each_operation_forward_and_backward(engine: Any) -> None:
    rnn, X = RNN(I, H, engine=engine), torch.randn(T, B, I)
    with OperationCounter() as seen:
        output, _ = rnn(X)
    assert products(seen) == 2 * T
    output, _ = rnn(X)
    with OperationCounter() as seen:  # only the backward pass
        output.sum().backward()
    assert products(seen) > 2 * T


def test_a_mode_sees_each_function() -> None:
    class Functions(TorchFunctionMode):
        names: list[str] = []  # noqa: RUF012

        def __torch_function__(
            self, function: Any, _: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            self.names.append(function.__name__)
            return function(*args, **(kwargs or {}))

    with Functions() as functions:
        RNN(I, H)(torch.randn(T, B, I))
    assert functions.names.count("tanh") == T
    with torch.device("cpu"):  # is a function mode, too, but affects new tensors only
        output, _ = RNN(I, H)(torch.randn(T, B, I))
    assert "HandDerived" in type(output.grad_fn).__name__


def test_flops_are_counted() -> None:
    rnn = RNN(I, H)
    with FlopCounterMode(display=False) as counter:
        rnn(torch.randn(T, B, I))[0].sum().backward()
    forward = 2 * T * B * H * (I + H)
    backward_of_U_and_V, backward_of_h = forward, 2 * (T - 1) * B * H * H
    assert counter.get_total_flops() in (
        forward + backward_of_U_and_V + backward_of_h,
        forward
        + backward_of_U_and_V
        + backward_of_h
        - 2 * B * H * H,  # without the gradient of h_0
    )


def test_make_fx_captures_a_graph_that_computes() -> None:
    rnn = RNN(I, H)
    graph = make_fx(lambda X: rnn(X)[0])(torch.randn(T, B, I))
    X = torch.randn(T, B, I)
    torch.testing.assert_close(graph(X), rnn(X)[0])


def test_fake_tensors() -> None:
    with FakeTensorMode():
        output, h_n = RNN(I, H, bidirectional=True)(torch.randn(T, B, I))
        (output.sum() + h_n.sum()).backward()
    assert (output.shape, h_n.shape) == ((T, B, 2 * H), (2, B, H))


def test_a_subclass_is_kept() -> None:
    rnn, X = RNN(I, H), torch.randn(T, B, I)
    output, _ = rnn(X.as_subclass(Subclass))  # type: ignore[arg-type]
    assert isinstance(output, Subclass)
    torch.testing.assert_close(output.as_subclass(Tensor), rnn(X)[0])  # type: ignore[arg-type]
