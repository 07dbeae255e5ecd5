"""The private torch names in use, and how Elman works without them."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.autograd import forward_ad
from torch.func import vmap
from torch.overrides import BaseTorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

import elman
from elman.recurrence import torch_internals as internals

NAMES = {
    "transforms_active": "torch._C._are_functorch_transforms_active",
    "is_batched": "torch._C._functorch.is_legacy_batchedtensor",
    "is_zerotensor": "torch._is_zerotensor",
    "dispatch_modes": "torch._C._len_torch_dispatch_stack",
    "function_modes": "torch._C._len_torch_function_stack",
    "function_mode_stack": "torch.overrides._get_current_function_mode_stack",
    "DeviceContext": "torch.utils._device.DeviceContext",
    "forward_ad": "torch.autograd.forward_ad._current_level",
    "scan": "torch._higher_order_ops.scan",
}


def test_torch_has_all_names() -> None:
    assert not internals.transforms_active()
    assert not internals.is_batched(torch.zeros(1))
    assert internals.is_zerotensor(torch._efficientzerotensor(1))
    assert not internals.is_zerotensor(torch.zeros(1))
    assert internals.dispatch_modes() == internals.function_modes() == 0
    assert internals.function_mode_stack() == []
    assert internals.DeviceContext is not None
    assert internals.forward_ad._current_level == -1
    assert internals.scan is not None
    assert not internals.is_traced()


class PassesThrough(TorchDispatchMode):
    def __torch_dispatch__(self, function: Any, _: Any, args: Any = (), kwargs: Any = None) -> Any:
        return function(*args, **(kwargs or {}))


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_is_traced() -> None:
    seen = []

    def look(x: torch.Tensor) -> torch.Tensor:
        seen.append(internals.is_traced())
        return x

    vmap(look)(torch.zeros(2))
    with forward_ad.dual_level():
        look(torch.zeros(2))
    with PassesThrough():
        look(torch.zeros(2))
    with BaseTorchFunctionMode():
        look(torch.zeros(2))
    with torch.device("cpu"), BaseTorchFunctionMode():
        look(torch.zeros(2))
    torch.jit.trace(look, torch.zeros(2), check_trace=False)
    torch.compile(look, backend="eager")(torch.zeros(2))
    assert seen == [True] * 7
    with torch.device("cpu"):
        assert not internals.is_traced()


WITHOUT_NAME = """
import importlib, sys
import torch
path, name = sys.argv[1].rsplit(".", 1)
module = importlib.import_module(path)
removed = getattr(module, name)
delattr(module, name)
import elman
setattr(module, name, removed)  # torch itself needs it
rnn, X = elman.RNN(3, 4, dtype=torch.float64), torch.randn(5, 2, 3, dtype=torch.float64)
torch.testing.assert_close(rnn(X), rnn.to_torch()(X))
rnn(X)[0].sum().backward()
X.requires_grad_()
[dX] = torch.autograd.grad(rnn(X)[0].sum(), X, create_graph=True)
dX.sum().backward()
"""


@pytest.mark.parametrize("name", NAMES.values())
def test_elman_works_without_each_name(name: str) -> None:
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WITHOUT_NAME, name], check=True, timeout=120
    )


def test_a_missing_check_selects_engine_unrolled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(internals, "forward_ad", None)
    assert internals.is_traced()
    assert "Stack" in type(elman.RNN(3, 4)(torch.zeros(5, 2, 3))[0].grad_fn).__name__


def test_no_other_file_uses_a_private_name_of_torch() -> None:
    folder = Path(elman.__file__).parent
    private = re.compile(r"torch\.(\w+\.)*_(?!_)\w+|from torch(\.\w+)* import _\w+|from torch\._")
    found = [
        f"{path.name}: {line.strip()}"
        for path in sorted(folder.rglob("*.py"))
        if path.name != "torch_internals.py"
        for line in path.read_text("utf-8").splitlines()
        if private.search(line)
    ]
    assert found == []
