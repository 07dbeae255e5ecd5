"""Loads a user's layer, given its file or module and its class."""

import importlib
import inspect
import math
import sys
from collections.abc import Mapping
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from elman.checks import check_size
from elman.inspection.gradient_check.cost import error_location, source_file
from elman.memory import check_memory

TARGET = "gradient_check.target"
Arguments = list[Any] | Mapping[str, Any] | None


def load_layer(target: str, arguments: Arguments) -> nn.Module:
    """Loads a class and calls its constructor.

    Args:
        target: `FILE.py:CLASS` or `package.module:CLASS`.
        arguments: of the constructor, a list of positional ones or a mapping of named ones.

    Raises:
        OSError: the file does not exist.
        TypeError, ValueError: `target` has another form, the file raises on import, it has no such
            layer, or the constructor rejects the arguments.
    """
    cls = _layer_class(target)
    given = arguments or {}
    if not isinstance(given, Mapping | list):
        raise TypeError(
            "gradient_check.arguments must be a list, such as [3,4], or a mapping, such as "
            f"{{size: 3}}, got {given!r}"
        )
    positional, named = ([], given) if isinstance(given, Mapping) else (given, {})
    signature = inspect.signature(cls)
    try:
        signature.bind(*positional, **named)
    except TypeError as error:
        raise TypeError(
            f"gradient_check.arguments: {error}; the constructor is {cls.__name__}{signature}"
        ) from error
    try:
        return cls(*positional, **named)
    except Exception as error:
        raise ValueError(
            f"gradient_check.arguments: {cls.__name__} cannot be constructed from {given}; it "
            f"raised {type(error).__name__}: {error}{error_location(error, source_file(cls))}"
        ) from error


def make_inputs(layer: nn.Module, shapes: Any) -> tuple[Any, ...]:
    """Normally distributed inputs of given shapes, or the layer's example inputs.

    Args:
        layer: may have a method `example_inputs()` that returns a tuple.
        shapes: a shape, a list of shapes, or None for the example inputs.

    Raises:
        TypeError, ValueError: there are no shapes and no example inputs, or they are malformed.
    """
    if shapes is not None:
        several = isinstance(shapes, list) and all(isinstance(shape, list) for shape in shapes)
        return tuple(_random(shape) for shape in (shapes if several else [shapes]))
    example_inputs: Any = getattr(layer, "example_inputs", None)
    if example_inputs is None:
        raise ValueError(
            "gradient_check.input must be the shape of an input, such as [2,3], or a list of "
            f"shapes; or give {type(layer).__name__} a method example_inputs() that returns a "
            "tuple of inputs"
        )
    inputs = example_inputs()
    if not isinstance(inputs, tuple):
        raise TypeError(
            f"example_inputs() of {type(layer).__name__} must return a tuple of inputs, got "
            f"{type(inputs).__name__}"
        )
    return inputs


def _random(shape: Any) -> Tensor:
    if not isinstance(shape, list):
        raise TypeError(f"gradient_check.input must be a shape, such as [2,3], got {shape!r}")
    for size in shape:
        check_size("gradient_check.input: a size", size)
    what = f"gradient_check.input: inputs of the shape {shape}"
    check_memory(8 * math.prod(shape), what, "give smaller sizes", torch.device("cpu"))
    return torch.randn(shape, dtype=torch.float64)


def _layer_class(target: str) -> type[nn.Module]:
    where, _, name = str(target).rpartition(":")
    if not where or not name.isidentifier():
        raise ValueError(f"{TARGET} must be FILE.py:CLASS or package.module:CLASS, got {target!r}")
    module = _run_file(Path(where)) if where.endswith(".py") else _import(where)
    cls = getattr(module, name, None)
    if isinstance(cls, type) and issubclass(cls, nn.Module):
        return cls
    if cls is not None:
        raise TypeError(f"{TARGET}: {name} in {where} is not a subclass of torch.nn.Module")
    layers = [
        name
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, nn.Module)
    ]
    available = f"its layers are {', '.join(layers)}" if layers else "it has no layers"
    raise ValueError(f"{TARGET}: there is no {name} in {where}; {available}")


def _run_file(file: Path) -> ModuleType:
    if not file.is_file():
        raise FileNotFoundError(f"{TARGET}: there is no file {file}")
    # The name differs from that of any installed module. Pickling and torch look modules up.
    name = f"gradient_check_{file.stem}"
    module = sys.modules[name] = ModuleType(name)
    module.__file__ = str(file)
    sys.path.append(str(file.parent.resolve()))  # so that it can import files in its folder
    try:
        SourceFileLoader(name, str(file)).exec_module(module)
    except (Exception, SystemExit) as error:
        raise _import_error(str(file), error) from error
    return module


def _import(name: str) -> ModuleType:
    sys.path.append(str(Path.cwd()))
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise _import_error(name, error) from error
        raise ValueError(
            f"{TARGET}: there is no module {name}; to name a file, use FILE.py:CLASS"
        ) from error
    except (Exception, SystemExit) as error:
        raise _import_error(name, error) from error


def _import_error(what: str, error: BaseException) -> ValueError:
    return ValueError(
        f"{TARGET}: {what} raised {type(error).__name__} on import: {error}"
        f"{error_location(error, what)}"
    )
