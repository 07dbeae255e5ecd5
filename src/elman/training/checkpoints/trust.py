"""Which objects a checkpoint may build.

A checkpoint names the classes of its network, data, training and objective. To build an arbitrary
class runs code, so a checkpoint from a stranger may only build classes of this package, and those
of modules that the user trusts.
"""

from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from typing import Any

from hydra.utils import get_object
from lightning import LightningDataModule, LightningModule
from torch import nn

from elman import layers
from elman.data.state import shown
from elman.layers.initialization import INITIALIZATIONS
from elman.training.objectives import Objective

DESCRIBED = ("network", "data", "training", "objective")  # parts that a checkpoint names
PACKAGE = "elman"
BUILDABLE = (nn.Module, LightningDataModule, LightningModule, Objective)
PLAIN = (type(None), bool, int, float, str)


def targets(description: Mapping[str, Any]) -> Iterator[str]:
    """All `_target_` names in a configuration, nested ones too."""
    for key, value in _items(description):
        if key == "_target_":
            yield str(value)


def foreign_modules(descriptions: Iterable[Mapping[str, Any]]) -> list[str]:
    """The top-level modules outside this package whose objects the configurations name."""
    names = (name for description in descriptions for name in targets(description))
    return sorted({name.split(".")[0] for name in names} - {PACKAGE})


def check_module_names(argument: str, names: Iterable[str]) -> None:
    """Raises ValueError unless the names are those of modules that can be imported."""
    for name in names:
        package, *_ = parts = name.split(".")
        if not all(part.isidentifier() for part in parts) or find_spec(package) is None:
            raise ValueError(
                f"{argument} must be names of modules that Python finds, such as "
                f"[mylib,other.rnn], got {name!r}"
            )


def check_trusted(source: str, description: Mapping[str, Any], trust: Iterable[str]) -> None:
    """Checks that a configuration from a checkpoint builds only what it may.

    Args:
        source: the checkpoint, for messages.
        description: the configuration.
        trust: modules outside this package that the user trusts, such as `mylib` or `mylib.rnn`.

    Raises:
        ValueError: it names another object, or holds something that is not a plain value.
    """
    trusted = tuple(trust)
    for key, value in _items(description):
        # Hydra would resolve an interpolation, which can run code.
        if not isinstance(value, PLAIN) or (isinstance(value, str) and "${" in value):
            raise ValueError(
                f"checkpoint: {source} holds {shown(value)} for {key}; only plain values are "
                "allowed"
            )
        if key == "_target_" and not is_allowed(str(value), trusted):
            module = str(value).split(".")[0]
            remedy = (
                "a checkpoint may only build networks, layers, data, trainings and objectives"
                if module == PACKAGE
                else f"if you trust that code, add trust=[{module}]"
            )
            raise ValueError(
                f"checkpoint: {source} names {shown(value)}, not part of elman; {remedy}"
            )


def is_allowed(name: str, trust: tuple[str, ...]) -> bool:
    """Whether a checkpoint may build the object of this name; see `check_trusted`."""
    if any(name == module or name.startswith(f"{module}.") for module in trust):
        return True
    if not name.startswith(f"{PACKAGE}."):
        return False
    try:
        found = get_object(name)
    except Exception:  # whatever the import of a name that does not exist raises
        return False
    # elman.training.checkpoints.checkpoint.torch.load also starts with "elman.", but is not ours.
    if not getattr(found, "__module__", "").startswith(f"{PACKAGE}."):
        return False
    functions = [*(getattr(layers, each) for each in layers.__all__), *INITIALIZATIONS.values()]
    return (isinstance(found, type) and issubclass(found, BUILDABLE)) or found in functions


def _items(description: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in description.items():
        if isinstance(value, Mapping):
            yield from _items(value)
        elif isinstance(value, list):
            for each in value:
                yield from _items(each) if isinstance(each, Mapping) else [(key, each)]
        else:
            yield key, value
