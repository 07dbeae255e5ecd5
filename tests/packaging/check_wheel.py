"""Whether the wheel is complete and works where only torch, NumPy and numba are installed.

`make package` runs it there: `python tests/packaging/check_wheel.py FILE.whl`.
"""

import importlib.util
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path
from zipfile import ZipFile

import torch

import elman

ROOT = Path(__file__).parents[2]
EXTRAS = {
    "elman.training": "train",
    "elman.data": "train",
    "elman.comparison": "tasks",
    "elman.forward_gradients.error_plot": "train",
    "elman.inspection.gradient_flow.plot": "train",
}


def check_files(wheel: Path) -> None:
    """All source files and all of the configuration are in the wheel."""
    inside = set(ZipFile(wheel).namelist())
    source = ROOT / "src" / "elman"
    files = [source / "py.typed", *source.rglob("*.py"), *source.rglob("templates/*")]
    wanted = {path.relative_to(source.parent).as_posix() for path in files if path.is_file()}
    wanted |= {f"elman/{path.relative_to(ROOT).as_posix()}" for path in ROOT.glob("conf/**/*.yaml")}
    if wanted - inside:
        sys.exit(f"{wheel.name} lacks {', '.join(sorted(wanted - inside))}")


def check_bare() -> None:
    """Nothing is installed here but what the package asks for without an extra."""
    found = [
        name for name in ("lightning", "hydra", "scipy", "PIL") if importlib.util.find_spec(name)
    ]
    if found:
        sys.exit(f"not a bare environment, it has {', '.join(found)}: {requires('elman')}")


def check_layer() -> None:
    """The layer goes forward and backward, compiled, and as the other engines do."""
    if not Path(elman.__file__).is_relative_to(sys.prefix):
        sys.exit(f"elman is not the installed one but {elman.__file__}")
    if not list(Path(elman.__file__).parent.glob("conf/experiment/*.yaml")):
        sys.exit("the configuration was not installed")
    torch.manual_seed(0)
    rnn = elman.RNN(3, 4, num_layers=2, bidirectional=True)
    X = torch.randn(7, 2, 3)
    gradients = []
    for engine in ("compiled", "unrolled"):
        rnn.engine = engine
        rnn.zero_grad()
        rnn(X)[0].square().sum().backward()
        gradients.append([weight.grad for weight in rnn.parameters()])
    for compiled, unrolled in zip(*gradients, strict=True):
        torch.testing.assert_close(compiled, unrolled)


def check_sentences() -> None:
    """What is not installed is named in one sentence, with the extra that brings it."""
    attempts = {name: (f"import {name}", extra) for name, extra in EXTRAS.items()}
    attempts["elman.train"] = "from elman import train", "train"
    for name, (code, extra) in attempts.items():
        done = subprocess.run(
            [sys.executable, "-c", code], check=False, capture_output=True, text=True
        )
        last = done.stderr.strip().rpartition("\n")[2]
        begin, end = f"{name} needs ", f": pip install 'elman[{extra}]'"
        if begin not in last or not last.endswith(end):
            sys.exit(f"{code} said: {last}")
        print(last)


if __name__ == "__main__":
    check_files(Path(sys.argv[1]))
    check_bare()
    check_layer()
    check_sentences()
    print(f"{sys.argv[1]} works with torch, NumPy and numba alone")
