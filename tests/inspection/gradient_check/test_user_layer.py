import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import elman
from elman.inspection.gradient_check.user_layer import load_layer, make_inputs

FILE = """
import torch
import scale_module

class Scale(torch.nn.Module):
    def __init__(self, factor, size=3):
        super().__init__()
        self.factor = torch.nn.Parameter(torch.full((size,), factor * scale_module.UNIT))

    def forward(self, a):
        return self.factor * a

class Forgetful(torch.nn.Module):
    def __init__(self):
        self.W = torch.nn.Parameter(torch.ones(2))

NUMBER = 3

def layer():
    return Scale(2.0)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "scale_module.py").write_text("UNIT = 10.0\n")
    path = tmp_path / "mine.py"
    path.write_text(FILE)
    return path


@pytest.fixture(autouse=True)
def _path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", sys.path.copy())


@pytest.mark.parametrize(
    "arguments", [[2.0], {"factor": 2.0}, [2.0, 3], {"factor": 2.0, "size": 3}]
)
def test_a_class_in_a_file(file: Path, arguments: Any) -> None:
    layer = load_layer(f"{file}:Scale", arguments)
    assert layer(torch.ones(3)).tolist() == [20, 20, 20]


def test_a_class_in_a_module() -> None:
    layer = load_layer("elman.layers:Dense", [3, 4])
    assert isinstance(layer, elman.Dense)


@pytest.mark.parametrize("target", ["mine.py", ":Scale", "mine.py:", "mine.py:Scale()", "3"])
def test_malformed_target(target: str) -> None:
    with pytest.raises(ValueError, match=r"must be FILE.py:CLASS or package.module:CLASS, got"):
        load_layer(target, None)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("Scall", [2.0], r"there is no Scall in .*mine.py; its layers are Scale, Forgetful$"),
        ("NUMBER", None, "NUMBER in .*mine.py is not a subclass of torch.nn.Module"),
        ("layer", None, "layer in .*mine.py is not a subclass of torch.nn.Module"),
        ("Scale", None, r"missing a required argument: 'factor'; .* is Scale\(factor, size=3\)"),
        (
            "Scale",
            2.0,
            r"arguments must be a list, such as \[3,4\], or a mapping, such as .*, got 2.0",
        ),
        ("Scale", {"factr": 2}, "gradient_check.arguments: .*'fact"),
        ("Scale", [1, 2, 3], r"too many positional arguments; .* is Scale\(factor, size=3\)"),
        (
            "Scale",
            ["two"],
            r"cannot be constructed from \['two'\]; it raised TypeError: .*mine.py, line 8",
        ),
        ("Forgetful", None, "AttributeError: cannot assign parameters before Module.__init__"),
    ],
)
def test_layer_cannot_be_loaded(file: Path, name: str, arguments: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        load_layer(f"{file}:{name}", arguments)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"gradient_check.target: there is no file .*no.py"):
        load_layer(f"{tmp_path}/no.py:Layer", None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "x = 1\ny = 1 / 0\n",
            r"bad.py raised ZeroDivisionError .*: division .*\(bad.py, line 2\)",
        ),
        ("def f(:\n", "bad.py raised SyntaxError on import: invalid syntax"),
        ("import sys\nsys.exit(3)\n", r"bad.py raised SystemExit .*: 3 \(bad.py, line 2\)"),
        ("import no_such_thing\n", "bad.py raised ModuleNotFoundError .* 'no_such_thing'"),
        ("", "there is no Layer in .*bad.py; it has no layers"),
    ],
)
def test_file_cannot_be_imported(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "bad.py").write_text(text)
    with pytest.raises(ValueError, match=message):
        load_layer(f"{tmp_path}/bad.py:Layer", None)


def test_module_cannot_be_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        ValueError, match=r"there is no module elman\.none; to name a file, use FILE"
    ):
        load_layer("elman.none:Layer", None)
    (tmp_path / "bad_module_here.py").write_text("import no_such_thing\n")
    with pytest.raises(ValueError, match="bad_module_here raised ModuleNotFoundError"):
        load_layer("bad_module_here:Layer", None)


def test_random_inputs() -> None:
    layer = nn.Identity()
    assert [x.shape for x in make_inputs(layer, [2, 3])] == [(2, 3)]
    assert [x.shape for x in make_inputs(layer, [[2, 3], [4]])] == [(2, 3), (4,)]
    assert make_inputs(layer, [2, 3])[0].dtype == torch.float64


class WithExample(nn.Module):
    example: Any = (torch.tensor([1, 2]),)

    def example_inputs(self) -> Any:
        return self.example


def test_example_inputs() -> None:
    [n] = make_inputs(WithExample(), None)
    assert n.tolist() == [1, 2]
    [X] = make_inputs(WithExample(), [3])
    assert X.shape == (3,)
    layer = WithExample()
    layer.example = torch.ones(2)
    with pytest.raises(TypeError, match="of WithExample must return a tuple of inputs, got Tensor"):
        make_inputs(layer, None)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (None, r"must be the shape of an input, such as \[2,3\].*or give Identity a method"),
        (3, r"gradient_check.input must be a shape, such as \[2,3\], got 3"),
        ([[2], 3], r"gradient_check.input: a size must be an int, got \[2\]"),
        ([2, -3], "gradient_check.input: a size must be greater than zero, got -3"),
        (["two"], "gradient_check.input: a size must be an int, got 'two'"),
    ],
)
def test_malformed_shapes(shapes: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        make_inputs(nn.Identity(), shapes)
