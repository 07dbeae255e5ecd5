"""The package as a whole: what it offers, and which part may import which."""

import ast
import subprocess
import sys
from pathlib import Path

import elman

SOURCE = Path(elman.__file__).parent
CONF = Path(__file__).parents[1] / "conf"

# A part imports only from parts to its left; `reference` from none and only few from it.
SHARED = ["checks", "extras", "memory", "output_files"]
LAYERS = ["equations", "nonlinearities", "recurrence", "layers", "networks"]
MAY_IMPORT = {
    "equations": set(),
    "nonlinearities": {"equations"},
    "checks": set(),
    "memory": set(),
    "output_files": set(),
    "extras": set(),
    "reference": set(),
    "recurrence": {"equations", "nonlinearities"},
    "forward_gradients": {"checks", "equations", "extras", "nonlinearities", "reference"},
    "layers": {"checks", "equations", "nonlinearities", "recurrence"},
    "networks": {"checks", "memory", "nonlinearities", "equations", "recurrence", "layers"},
    "data": {"checks", "extras"},
    "pages": {"extras"},
    "training": {*SHARED, *LAYERS, "data"},
    "tasks": {*SHARED, *LAYERS, "data", "training"},
    "inspection": {*SHARED, *LAYERS, "reference", "data", "pages", "training"},
    "comparison": {*SHARED, *LAYERS, "reference", "data", "pages", "training", "tasks"}
    | {"api", "cli"},
    "cli": {"checks", "training"},
    "api": {"cli", "training"},
}


def parts_imported_by(path: Path) -> set[str]:
    modules: list[str] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "elman":
            modules += [f"elman.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.append(node.module)
        elif isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
    return {module.split(".")[1] for module in modules if module.startswith("elman.")}


def test_imports_run_one_way() -> None:
    for path in SOURCE.rglob("*.py"):
        part = path.relative_to(SOURCE).parts[0].removesuffix(".py")
        if part != "__init__":
            assert parts_imported_by(path) <= {part, *MAY_IMPORT[part]}, path


def test_the_reference_is_numpy_alone() -> None:
    for path in (SOURCE / "reference").glob("*.py"):
        assert "torch" not in path.read_text(), path


def test_importing_the_package_loads_no_more_than_it_needs() -> None:
    code = "import sys, elman; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"torch", "numpy"} <= set(loaded)
    heavy = ["lightning", "hydra", "omegaconf", "matplotlib", "tensorboard", "numba", "llvmlite"]
    heavy += ["pandas", "sklearn", "scipy", "PIL", "jinja2", "rich", "dtaidistance"]
    assert not set(heavy) & set(loaded)


def test_what_the_package_offers() -> None:
    assert elman.__version__
    assert {"RNN", "RNNCell", "Dense", "Readout", "equations", "reference"} <= set(elman.__all__)
    assert all(hasattr(elman, name) for name in elman.__all__)


def test_the_configuration_is_part_of_the_package() -> None:
    inside = {path.name for path in (SOURCE / "conf").iterdir()}
    assert {"train.yaml", "experiment"} <= inside == {path.name for path in CONF.iterdir()}
