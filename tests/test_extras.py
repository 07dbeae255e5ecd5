"""What is said when an extra is missing."""

import ast
import re
import runpy
import subprocess
import sys
import tomllib
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

import elman
from elman import extras
from elman.extras import require

SOURCE = Path(elman.__file__).parent
PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
INSTALLED_AS = {"PIL": "pillow", "hydra": "hydra-core", "sklearn": "scikit-learn"}
ALWAYS_THERE = {
    "elman",
    "torch",
    "numpy",
    "numba",
    "llvmlite",
    *sys.stdlib_module_names,
    "filelock",
}
COMES_WITH = {"omegaconf": "hydra", "yaml": "hydra"} | dict.fromkeys(
    ["packaging", "lightning_utilities"], "lightning"
)
TASKS = sorted(
    f"tasks.{path.parent.name}"
    for path in SOURCE.glob("tasks/*/__init__.py")
    if "require" in path.read_text()
)
NEEDY = ["training", "data", "comparison", *TASKS]


def folder(package: str) -> Path:
    return SOURCE.joinpath(*package.split("."))


@pytest.fixture
def only_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_spec(name: str) -> ModuleSpec | None:
        return ModuleSpec(name, None) if name == "torch" else None

    monkeypatch.setattr(extras, "find_spec", find_spec)


@pytest.mark.usefixtures("only_torch")
@pytest.mark.parametrize(
    ("modules", "names"),
    [
        (["hydra"], "hydra"),
        (["torch", "hydra"], "hydra"),
        (["lightning", "hydra"], "lightning and hydra"),
        (["lightning", "torch", "hydra", "rich"], "lightning, hydra and rich"),
    ],
)
def test_one_sentence_tells_what_is_missing(modules: list[str], names: str) -> None:
    sentence = f"elman.training needs {names}: pip install 'elman[train]'"
    with pytest.raises(ImportError, match=f"^{re.escape(sentence)}$"):
        require("elman.training", "train", *modules)


@pytest.mark.usefixtures("only_torch")
def test_nothing_is_said_of_what_is_there() -> None:
    require("elman.training", "train", "torch")


def test_to_ask_imports_nothing() -> None:
    code = (
        "import sys; from elman.extras import require; before = set(sys.modules);"
        "require('here', 'train', 'lightning', 'hydra', 'rich'); print(set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.usefixtures("only_torch")
@pytest.mark.parametrize("package", NEEDY)
def test_a_package_asks_before_it_imports(package: str) -> None:
    with pytest.raises(ImportError, match=rf"^elman\.{package} needs .*: pip install 'elman\["):
        runpy.run_path(str(folder(package) / "__init__.py"), run_name=f"elman.{package}")


class AskedError(Exception):
    """Ends an import where it asks for its modules."""


def asked_by(package: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, set[str]]:
    """The extra that a package names, and the modules."""

    def ask(*arguments: str) -> None:
        raise AskedError(*arguments)

    monkeypatch.setattr(extras, "require", ask)
    with pytest.raises(AskedError) as asked:
        runpy.run_path(str(folder(package) / "__init__.py"), run_name=f"elman.{package}")
    _, extra, *modules = asked.value.args
    return extra, set(modules)


def brought_by(extra: str) -> set[str]:
    """The names of what an extra installs, that of others included."""
    brought = set()
    for requirement in PROJECT["optional-dependencies"][extra]:
        if inner := re.fullmatch(r"elman\[(.*)\]", requirement):
            brought |= set().union(*map(brought_by, inner[1].split(",")))
        else:
            brought.add(re.split("[>=<]", requirement)[0])
    return brought


@pytest.mark.parametrize("package", NEEDY)
def test_the_extra_brings_what_is_asked_for(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    extra, modules = asked_by(package, monkeypatch)
    assert {INSTALLED_AS.get(module, module) for module in modules} <= brought_by(extra)


@pytest.mark.parametrize("package", NEEDY)
def test_what_is_imported_at_once_is_asked_for(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, modules = asked_by(package, monkeypatch)
    if package in TASKS:  # whose training asks for more
        modules |= asked_by("training", monkeypatch)[1]
    for path in folder(package).rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            roots = {name.split(".")[0] for name in names}
            assert {COMES_WITH.get(root, root) for root in roots} <= modules | ALWAYS_THERE, path


def test_nothing_else_is_needed_without_an_extra() -> None:
    needed = {re.split("[>=<]", requirement)[0] for requirement in PROJECT["dependencies"]}
    assert needed == {"torch", "numpy", "numba", "llvmlite"}


def test_all_is_all_that_is_no_tool() -> None:
    tools = {"playwright", "build", "hypothesis", "mypy", "pytest", "pytest-xdist", "ruff"}
    others = {name for name in PROJECT["optional-dependencies"] if name != "dev"}
    assert brought_by("all") == set().union(*map(brought_by, others))
    assert brought_by("dev") - brought_by("all") == tools
