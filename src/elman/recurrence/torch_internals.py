"""What torch tells of its own state in no public way: all that Elman takes of it, in one place.

A torch that no longer has one of these names still runs Elman: a question that cannot be asked is
answered with yes, which leads to engine `unrolled`, slower and right everywhere.
"""

import importlib
from typing import Any

import torch


def private(module: str, name: str, otherwise: Any) -> Any:
    """What torch has in `module` by this `name`; or, where it no longer has it, `otherwise`."""
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError):
        return otherwise


def yes(*_: object) -> bool:
    """The answer to a question that cannot be asked."""
    return True


# Is a torch.func transform (vmap, grad, jvp, …) at work?
transforms_active = private("torch._C", "_are_functorch_transforms_active", yes)
# Is a tensor a batch of gradients, by torch.autograd.grad(…, is_grads_batched=True)?
is_batched = private("torch._C._functorch", "is_legacy_batchedtensor", yes)
# Is a tensor one of zeros that are nowhere in memory, as the gradient of torch.sgn?
is_zerotensor = private("torch", "_is_zerotensor", lambda _: False)
# How many modes see each operation of the dispatcher: FakeTensorMode, make_fx, FlopCounterMode, …
dispatch_modes = private("torch._C", "_len_torch_dispatch_stack", yes)
# How many modes see each call of a torch function, `with torch.device(…)` among them; and which.
function_modes = private("torch._C", "_len_torch_function_stack", yes)
function_mode_stack = private("torch.overrides", "_get_current_function_mode_stack", lambda: [None])
DeviceContext = private("torch.utils._device", "DeviceContext", None)
# Holds the level of forward differentiation, from 0 on where there is one.
forward_ad = private("torch.autograd", "forward_ad", None)
# The loop as one operator, whose length an exporter leaves open; without it, it is the example's.
scan = private("torch._higher_order_ops", "scan", None)


def recorded() -> bool:
    """Whether operations are recorded to be done again, on inputs of other sizes."""
    return torch.compiler.is_compiling() or torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]


def traced() -> bool:
    """Whether operations are watched rather than just done, so that each one has to be seen.

    By a compiler or an exporter, a `torch.func` transform, forward differentiation, or a mode.
    """
    return bool(
        torch.compiler.is_compiling()  # first: a compiler does not look at what follows
        or transforms_active()
        or getattr(forward_ad, "_current_level", 0) >= 0
        or dispatch_modes()
        or (function_modes() and _function_modes_beside_device())
        or torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]
    )


def _function_modes_beside_device() -> bool:
    """Whether there is one beside `torch.device(…)`, which only places new tensors."""
    return any(type(mode) is not DeviceContext for mode in function_mode_stack())
