"""All uses of private torch names, in one place.

Elman still works if a torch version lacks one of these names: the missing check then answers True,
which selects engine `unrolled`. It is slower, but correct everywhere.
"""

import importlib
from typing import Any

import torch


def private_attribute(module: str, name: str, default: Any) -> Any:
    """The attribute `name` of `module`; `default` if it does not exist."""
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError):
        return default


def always_true(*_: object) -> bool:
    """Replaces a missing check."""
    return True


# Whether a torch.func transform (vmap, grad, jvp, …) is active.
transforms_active = private_attribute("torch._C", "_are_functorch_transforms_active", always_true)
# Whether a tensor is a batch of gradients from torch.autograd.grad(…, is_grads_batched=True).
is_batched = private_attribute("torch._C._functorch", "is_legacy_batchedtensor", always_true)
# Whether a tensor is an unallocated zero tensor, such as the gradient of torch.sgn.
is_zerotensor = private_attribute("torch", "_is_zerotensor", lambda _: False)
# The number of active dispatch modes: FakeTensorMode, make_fx, FlopCounterMode, …
dispatch_modes = private_attribute("torch._C", "_len_torch_dispatch_stack", always_true)
# The number of active function modes, including `with torch.device(…)`; and the modes.
function_modes = private_attribute("torch._C", "_len_torch_function_stack", always_true)
function_mode_stack = private_attribute(
    "torch.overrides", "_get_current_function_mode_stack", lambda: [None]
)
DeviceContext = private_attribute("torch.utils._device", "DeviceContext", None)
# Its `_current_level` is 0 or greater in forward-mode differentiation.
forward_ad = private_attribute("torch.autograd", "forward_ad", None)
# A loop as one operator, which keeps the exported length dynamic; without it, the length is fixed.
scan = private_attribute("torch._higher_order_ops", "scan", None)


def is_capturing_graph() -> bool:
    """Whether a compiler or tracer is capturing a graph to run later on inputs of other sizes."""
    return torch.compiler.is_compiling() or torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]


def is_traced() -> bool:
    """Whether something must see each torch operation.

    That is a compiler, an exporter, a `torch.func` transform, forward-mode differentiation or a
    torch mode.
    """
    return bool(
        torch.compiler.is_compiling()  # first, so that a compiler skips the other checks
        or transforms_active()
        or getattr(forward_ad, "_current_level", 0) >= 0
        or dispatch_modes()
        or (function_modes() and _has_other_function_mode())
        or torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]
    )


def _has_other_function_mode() -> bool:
    """Whether a mode other than `torch.device(…)` is active; that one only places new tensors."""
    return any(type(mode) is not DeviceContext for mode in function_mode_stack())
