"""What can be done to a torch.nn.RNN is done to ours: the same comes of it, or both refuse.

`pytest tests/layers/test_fuzz.py --hypothesis-profile=long --hypothesis-show-statistics` draws very
many cases, and tells how many there were of each kind and how they ended.
"""

import re
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace
from typing import Any

import torch
from hypothesis import assume, event, given, settings, target
from hypothesis import strategies as st
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode
from torch.autograd.graph import save_on_cpu, saved_tensors_hooks
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pack_sequence, unpack_sequence
from torch.overrides import TorchFunctionMode
from torch.testing._internal.logging_tensor import LoggingTensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.checkpoint import checkpoint
from torch.utils.flop_counter import FlopCounterMode

from elman import RNN

I, H = 3, 4
FAKE = FakeTensorMode(allow_non_fake_inputs=True)
TOLERANCES = {torch.float64: 1e-10, torch.float16: 2e-2, torch.bfloat16: 1e-1}  # of others 5e-5


class Subclass(torch.Tensor):
    """Does nothing, and is handed on by every operation."""


class Operations(TorchDispatchMode):
    """Sees all operations and does them."""

    def __torch_dispatch__(self, operation: Any, _: Any, args: Any = (), kwargs: Any = None) -> Any:
        return operation(*args, **(kwargs or {}))


class Functions(TorchFunctionMode):
    """Sees all functions and calls them."""

    def __torch_function__(self, function: Any, _: Any, args: Any = (), kwargs: Any = None) -> Any:
        return function(*args, **(kwargs or {}))


def stepped(x: Tensor) -> Tensor:
    return x.repeat_interleave(2, -1)[..., ::2]


def scaled(value: Any) -> Any:
    return value._replace(data=2 * value.data) if isinstance(value, PackedSequence) else 2 * value


def unseen(edit: Callable[[Tensor], Any]) -> Callable[[Tensor], Any]:
    return torch.no_grad()(edit)


# The same numbers elsewhere in memory; but "expanded", which repeats the first of them.
LAYOUTS: dict[str, Callable[[Tensor], Tensor]] = {
    "contiguous": lambda x: x,
    "transposed": lambda x: x.transpose(0, -1).contiguous().transpose(0, -1),
    "stepped": stepped,
    "offset": lambda x: torch.cat([x, x], -1)[..., x.shape[-1] :],
    "expanded": lambda x: x[:1].expand_as(x),
    "conjugate": lambda x: torch.complex(x, -x).conj().imag,  # these two have the negative bit
    "negative": lambda x: torch._neg_view(-x),
}
# Another dtype, device or class.
KINDS: dict[str, Callable[[Tensor], Tensor]] = {
    "float32": lambda x: x.to(torch.float32),
    "float64": lambda x: x.to(torch.float64),
    "bfloat16": lambda x: x.to(torch.bfloat16),
    "float16": lambda x: x.to(torch.float16),
    "complex": lambda x: torch.complex(x.float(), 0.3 * x.float()),
    "integer": lambda x: x.long(),
    "meta": lambda x: x.to("meta"),
    "fake": FAKE.from_tensor,
    "subclass": lambda x: x.as_subclass(Subclass),
    "wrapper": lambda x: LoggingTensor(x.resolve_neg()),
    "parameter": nn.Parameter,
}
# What is around the call, and perhaps around the backward pass.
MODES: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "plain": nullcontext,
    "no_grad": torch.no_grad,
    "inference": torch.inference_mode,
    "autocast": lambda: torch.autocast("cpu", torch.bfloat16),
    "operations": Operations,
    "functions": Functions,
    "flops": lambda: FlopCounterMode(display=False),
    "fake": lambda: FAKE,
    "default device": lambda: torch.device("meta"),
    "checkpoint": nullcontext,
    "saved elsewhere": save_on_cpu,
    "given back stepped": lambda: saved_tensors_hooks(lambda x: x, stepped),
}
HOOKS: dict[str, Callable[[nn.Module], Any]] = {
    "none": lambda _: None,
    "input": lambda rnn: rnn.register_forward_pre_hook(lambda _, a: (scaled(a[0]), *a[1:])),
    "output": lambda rnn: rnn.register_forward_hook(lambda _, __, o: (scaled(o[0]), o[1] + 1)),
    "gradient": lambda rnn: rnn.register_full_backward_hook(
        lambda _, dX, __: tuple(None if d is None else 2 * d for d in dX)
    ),
}
# What is changed in place between the forward and the backward pass, and how.
EDITS: dict[str, tuple[str, Callable[[Tensor], Any]]] = {
    "none": ("output", lambda x: x),
    "output[0] = 0": ("output", lambda x: x[0].zero_()),
    "output += 1": ("output", lambda x: x.add_(1)),
    "relu(output)": ("output", lambda x: nn.functional.relu(x, inplace=True)),
    "output *= 2, unseen": ("output", unseen(lambda x: x.mul_(2))),
    "output.detach_()": ("output", lambda x: x.detach_()),
    "h_n += 1": ("h_n", lambda x: x.add_(1)),
    "h_n.detach_()": ("h_n", lambda x: x.detach_()),
    "X *= 2, unseen": ("X", unseen(lambda x: x.mul_(2))),
    "hx *= 2, unseen": ("hx", unseen(lambda x: x.mul_(2))),
    "U *= 2, unseen": ("U", unseen(lambda x: x.mul_(2))),
    "V *= 2, unseen": ("V", unseen(lambda x: x.mul_(2))),
    "b += 1, unseen": ("b", unseen(lambda x: x.add_(1))),
}
ALL = "X hx U V b"
GRADIENTS = ["both", "output", "h_n", "create_graph", "batched", "negative", "complex"]
options = st.fixed_dictionaries(
    {
        "num_layers": st.integers(1, 3),
        "nonlinearity": st.sampled_from(["tanh", "relu"]),
        "bias": st.booleans(),
        "batch_first": st.booleans(),
        "bidirectional": st.booleans(),
        "dropout": st.sampled_from([0.0, 0.5]),  # then in eval mode
        "dtype": st.sampled_from([torch.float64, torch.float32]),
    }
)


def mostly(first: Any, others: Any) -> st.SearchStrategy[Any]:
    return st.just(first) | st.just(first) | st.sampled_from(list(others))


cases = st.builds(
    SimpleNamespace,
    options=options,
    T=st.integers(1, 5),
    B=mostly(2, [0, 1, 3, 4, None]),  # None: one sequence, without a batch
    lengths=mostly(None, [[3], [4, 4], [1, 5, 2], [5, 3, 1], [2, 2, 3, 1]]),  # packed
    state=st.booleans(),
    layouts=st.fixed_dictionaries({x: mostly("contiguous", LAYOUTS) for x in ("X", "hx", *"UVb")}),
    changed=mostly("", ["X", "hx", "U", "V", "b", "U V b", ALL]),  # to another kind
    kind=st.sampled_from(list(KINDS)),
    cell=st.none() | st.integers(0, 5),  # whose weights are changed, laid out and edited
    mode=mostly("plain", MODES),
    mode_backward=st.booleans(),
    hook=mostly("none", HOOKS),
    edit=mostly("none", EDITS),
    frozen=mostly("", ["X", "X U", "V hx", "b", "U V b", "X hx", ALL]),
    gradient=st.sampled_from(GRADIENTS),
    seed=st.integers(0, 999),
)


class Loop(nn.RNN):
    """The equations and nothing else, on copies, which no edit of the originals can reach."""

    def forward(self, input: Any, hx: Tensor | None = None) -> tuple[Any, Tensor]:  # type: ignore[override]
        cells = len(self.all_weights)
        if isinstance(input, PackedSequence):
            sequences = unpack_sequence(input)
            h_0 = sequences[0].new_zeros(cells, len(sequences), H) if hx is None else hx
            each = [self.unfold(X, h_0[:, n].clone()) for n, X in enumerate(sequences)]
            output = pack_sequence([h for h, _ in each], input.sorted_indices is None)
            return output, torch.stack([h_n for _, h_n in each], 1)
        turned = self.batch_first and input.dim() == 3
        X = input.clone().transpose(0, 1) if turned else input.clone()
        h_0 = X.new_zeros(cells, *X.shape[1:-1], H) if hx is None else hx.clone()
        h, h_n = self.unfold(X, h_0)
        return h.transpose(0, 1).clone() if turned else h, h_n

    def unfold(self, X: Tensor, h_0: Tensor) -> tuple[Tensor, Tensor]:
        f = torch.tanh if self.nonlinearity == "tanh" else torch.relu
        below, directions, last = X, [], []
        for k, weights in enumerate(self.all_weights):
            W_ih, W_hh, *biases = (weight.clone() for weight in weights)
            backward = self.bidirectional and k % 2 == 1
            h, states = h_0[k], []
            for X_t in below.flip(0) if backward else below:
                h = f(X_t @ W_ih.T + h @ W_hh.T + sum(biases))
                states.append(h)
            last.append(h)
            directions.append(torch.stack(states[::-1] if backward else states))
            if backward or not self.bidirectional:
                below, directions = torch.cat(directions, -1), []
        return below, torch.stack(last)


def weights(rnn: Any) -> dict[str, list[tuple[nn.Module, str]]]:
    """Where each cell's U, V and b are: modules and names, two of torch's biases."""
    torchs = {"U": ["weight_ih"], "V": ["weight_hh"], "b": ["bias_ih", "bias_hh"]}
    found = {}
    for k in range(rnn.num_layers * (1 + rnn.bidirectional)):
        layer, backward = divmod(k, 1 + rnn.bidirectional)
        suffix = f"_l{layer}" + "_reverse" * backward
        for x in "UVb" if rnn.bias else "UV":
            theirs = [(rnn, name + suffix) for name in torchs[x]]
            found[f"{x} {k}"] = [(rnn.cells[k], x)] if isinstance(rnn, RNN) else theirs
    return found


def randn(random: torch.Generator, *shape: int, like: Tensor) -> Tensor:
    return torch.randn(shape, generator=random, device="cpu").to(like.device, like.dtype)


def prepare(
    rnn: Any, case: SimpleNamespace, random: torch.Generator
) -> tuple[list[Any], dict[str, list[Tensor]], dict[str, Tensor]]:
    """The arguments of the call, what is to be edited, and what asks for gradients, by name."""
    edited: dict[str, list[Tensor]] = {name: [] for name in ("X", "hx", *"UVb")}
    leaves: dict[str, Tensor] = {}

    def changed(name: str, x: Tensor) -> Tensor:
        x = LAYOUTS[case.layouts[name]](x)
        return KINDS[case.kind](x) if name in case.changed.split() else x

    def watched(name: str, key: str, x: Tensor) -> Tensor:
        if (x.is_floating_point() or x.is_complex()) and name not in case.frozen.split():
            leaves[key] = x.requires_grad_()
        edited[name].append(x)
        return x

    places = weights(rnn)
    first = getattr(*places["U 0"][0]).detach()
    for key, copies in places.items():
        for module, name in copies:
            w, turned = getattr(module, name).detach(), name.startswith("weight")
            if case.cell is None or case.cell % len(rnn.all_weights) == int(key[2]):
                w = changed(key[0], w.t()).t() if turned else changed(key[0], w)
            setattr(module, name, nn.Parameter(w, requires_grad=False))
            watched(key[0], key, getattr(module, name))

    B, T = (case.B, case.T) if case.lengths is None else (len(case.lengths), max(case.lengths))
    shape = (T,) if B is None else (B, T) if rnn.batch_first else (T, B)
    X, packed = randn(random, *shape, I, like=first), None
    if case.lengths is not None:
        is_sorted = case.lengths == sorted(case.lengths, reverse=True)
        packed = pack_padded_sequence(X, case.lengths, rnn.batch_first, enforce_sorted=is_sorted)
        X = packed.data
    X = watched("X", "X", changed("X", X))
    arguments: list[Any] = [X if packed is None else packed._replace(data=X)]
    if case.state:
        hx = randn(random, len(rnn.all_weights), *(() if B is None else (B,)), H, like=first)
        arguments.append(watched("hx", "hx", changed("hx", hx)))
    return arguments, edited, leaves


def gradients(
    rnn: Any,
    case: SimpleNamespace,
    random: torch.Generator,
    parts: list[Tensor],
    leaves: dict[str, Tensor],
) -> dict[str, Tensor]:
    parts = [part for part in parts if part.requires_grad]
    if case.gradient == "complex":
        parts = [torch.complex(part, part).conj().square().imag for part in parts]
    copies = (3,) if case.gradient == "batched" else ()
    directions: Any = [randn(random, *copies, *part.shape, like=part) for part in parts]
    if case.gradient == "negative":
        directions = [torch._neg_view(direction) for direction in directions]
    twice, found = case.gradient == "create_graph", {}
    for order in (1, 2)[: (1 + twice) * bool(parts and leaves)]:
        each = torch.autograd.grad(
            parts, [*leaves.values()], directions, create_graph=twice, allow_unused=True,
            is_grads_batched=bool(copies), materialize_grads=True,
        )  # fmt: skip
        for key, gradient in zip(leaves, each, strict=True):
            is_turned = key[0] in "UV" and not isinstance(rnn, RNN)
            found[f"gradient {order} of {key}"] = gradient.mT if is_turned else gradient
        parts, directions = [torch.stack([g.abs().square().sum() for g in each]).sum()], None
    return found


def do(rnn: Any, case: SimpleNamespace) -> dict[str, Any]:
    """Does with a layer all that the case says, and tells what comes of it."""
    random = torch.Generator().manual_seed(case.seed)
    arguments, edited, leaves = prepare(rnn, case, random)
    HOOKS[case.hook](rnn)
    with MODES[case.mode]() as mode:
        if case.mode == "checkpoint":
            output, h_n = checkpoint(rnn, *arguments, use_reentrant=False)
        else:
            output, h_n = rnn(*arguments)
        flops = mode.get_total_flops() if case.mode == "flops" else 0
        output = output.data if isinstance(output, PackedSequence) else output
        name, edit = EDITS[case.edit]
        for x in {**edited, "output": [output], "h_n": [h_n]}[name]:
            edit(x)
        found = {
            "output": output,
            "h_n": h_n,
            "require gradients": (output.requires_grad, h_n.requires_grad),
            "flops": flops if case.lengths is None else flops > 0,  # ours pads what is packed
        }
        parts = {"output": [output], "h_n": [h_n]}.get(case.gradient, [output, h_n])
        if case.mode_backward:
            found |= gradients(rnn, case, random, parts, leaves)
    if not case.mode_backward:
        found |= gradients(rnn, case, random, parts, leaves)
    return found


def outcome(rnn: nn.Module, case: SimpleNamespace) -> dict[str, Any] | Exception:
    try:
        with warnings.catch_warnings(action="ignore"):
            return do(rnn, case)
    except Exception as error:
        return error


def is_meant(case: SimpleNamespace, refusal: Exception) -> bool:
    """Whether ours refuses on purpose what torch does."""
    told = str(refusal)
    is_plain = case.mode == "plain" and not case.changed
    by_torch = "" if is_plain else "|modified (inplace|by an inplace)"  # of operations all its own
    return isinstance(refusal, RuntimeError) and any(
        (
            # torch keeps copies of what ours computes its gradients from: ours says what to do.
            case.edit != "none" and re.search(rf"clone|detach\(\){by_torch}", told),
            # With what is packed torch does not look where weights are: its result is not written.
            case.lengths and "must be on the same device" in told,
            # Ours pads what is packed by torch's own function, which does not take these.
            case.lengths and case.changed and case.kind in ("wrapper", "fake", "complex"),
            case.lengths and case.mode == "fake",
            case.lengths and case.mode == "fake",
            # One step of integers makes floats, with which torch's next step fails.
            case.kind == "integer" and case.changed == ALL,
        )
    )


def unwrapped(x: Any) -> Any:
    """What is in a wrapper, which does not follow all changes of shape; another value as it is."""
    return x.elem if isinstance(x, LoggingTensor) else x


def numbers(x: Tensor) -> Tensor | None:
    if x.is_meta or isinstance(x, FakeTensor):
        return None
    x = x.detach().resolve_conj().resolve_neg()
    return x.as_subclass(Tensor).to(torch.complex128)


def assert_same(found: dict[str, Any], wanted: dict[str, Any], case: SimpleNamespace) -> None:
    tolerances = [TOLERANCES.get(case.options["dtype"], 5e-5)]
    if case.changed:
        tolerances.append(TOLERANCES.get(KINDS[case.kind](torch.zeros(1, 1, 1)).dtype, 5e-5))
    if case.mode == "autocast":
        tolerances.append(TOLERANCES[torch.bfloat16])
    tolerance, worst = max(tolerances), 0.0
    if tolerance > 1e-3 and case.options["nonlinearity"] == "relu":  # near 0, its slope is 0 or 1
        found = {name: x for name, x in found.items() if not name.startswith("gradient")}
    for name in found:
        x, y = unwrapped(found[name]), unwrapped(wanted[name])
        if not isinstance(x, Tensor):
            assert x == y, name
            continue
        assert x.shape == y.shape, name
        if case.mode == "fake" or (case.changed and case.kind == "fake"):
            continue  # of mixed dtypes or devices a fake result is whatever it is
        assert (x.dtype, x.device) == (y.dtype, y.device), name
        assert isinstance(x, Subclass) == isinstance(y, Subclass), name
        a, b = numbers(x), numbers(y)
        if a is not None and b is not None and a.numel():
            error = float((a - b).abs().max() / b.abs().max().clamp(min=1))
            assert error <= tolerance, f"{name} differs by {error}"
            worst = max(worst, error / tolerance)
    target(worst, label="error in tolerances")


def check(case: SimpleNamespace) -> None:
    # What such hooks keep is not watched, so that with an edit nobody's gradients are right.
    assume(case.edit == "none" or case.mode not in ("saved elsewhere", "given back stepped"))
    # A wrapper hides that what is in it is conjugated, so that torch.complex fails on it.
    assume(not (case.changed and case.kind == "wrapper" and case.gradient == "complex"))
    # Checkpoints compute again with what b is by then: one more of ours, two more of torch's two.
    assume(not (case.mode == "checkpoint" and case.edit.startswith("b ")))
    # Checkpoints compute again with plain tensors, of which ours keeps others than of a subclass:
    # torch then says that the two passes differ.
    assume(not (case.mode == "checkpoint" and case.changed and case.kind == "subclass"))
    for what in ("mode", "edit", "hook", "gradient"):
        event(f"{what}: {getattr(case, what)}")
    event(f"{case.kind}: {case.changed}" if case.changed else "one kind")

    torch.manual_seed(case.seed)
    with warnings.catch_warnings(action="ignore"):  # of dropout
        theirs, loop = (kind(I, H, **case.options) for kind in (nn.RNN, Loop))
    loop.load_state_dict(theirs.state_dict())
    for rnn in (theirs, loop):
        rnn.train(not case.options["dropout"])
    ours = RNN.from_torch(theirs)
    wanted, found = outcome(theirs, case), outcome(ours, case)
    if isinstance(found, Exception):
        kind = RuntimeError if isinstance(wanted, RuntimeError) else type(wanted)  # of subclasses
        is_alone = not isinstance(wanted, Exception)
        event("outcome: ours alone refuses" if is_alone else "outcome: both raise")
        if not (is_meant(case, found) if is_alone else isinstance(found, kind)):
            raise found
    elif isinstance(wanted, Exception):
        event("outcome: torch alone raises")
        mode = case.mode if case.mode in ("no_grad", "inference") else "plain"
        right = outcome(
            loop.double(), SimpleNamespace(**{**vars(case), "changed": "", "mode": mode})
        )
        assert not isinstance(right, Exception)
        pairs = {name: (x, right[name]) for name, x in found.items() if isinstance(x, Tensor)}
        assert_same(found, {**found, **{name: y.to(x) for name, (x, y) in pairs.items()}}, case)
    else:
        event("outcome: the same")
        assert found.keys() == wanted.keys()
        assert_same(found, wanted, case)


@given(case=cases)
@settings(max_examples=10 * settings.default.max_examples)
def test_what_is_done_to_torch_can_be_done_to_ours(case: SimpleNamespace) -> None:
    check(case)
