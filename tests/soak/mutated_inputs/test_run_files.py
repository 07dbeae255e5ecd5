"""Damaged and hostile files of a run: its overrides, results, curves and arrays."""

import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from elman.cli.overrides import for_hydra
from elman.data.archive import read_arrays
from elman.inspection.recorded_path import read_path
from elman.training.runs.curves import read_curves
from elman.training.runs.results import Result
from elman.training.runs.sweep import report

pytestmark = pytest.mark.soak


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a finished run."""
    run = tmp_path / "run"
    (run / "csv" / "version_0").mkdir(parents=True)
    overrides = "- seed=1\n- data.path=/x/book.txt\n- '+trainer.max_steps=3'\n"
    (run / "overrides.yaml").write_text(overrides)
    metrics = {"bpc": 2.5, "cost": 1.7}
    result = Result("bpc", "{bpc:.3f} bits per character", "bits", "{cost:.2f}", metrics, 9, 1.5)
    (run / "result.json").write_text(json.dumps(asdict(result)))
    rows = "".join(f"{n},{0.1 * n},{n // 5}\n" for n in range(20))
    (run / "csv" / "version_0" / "metrics.csv").write_text(f"step,train/cost,epoch\n{rows}")
    torch.save({"steps": torch.arange(4), "weights": torch.rand(4, 6)}, run / "path.pt")
    np.savez_compressed(run / "arrays.npz", cells=["rnn"], G=np.ones((4, 4)))
    return run


def test_a_mutated_file_of_a_run_ends_in_a_sentence_or_is_read(
    run: Path,
    other_forms: Callable[[bytes], Any],
    each_ends_well: Callable[..., None],
    kind: Any,
) -> None:
    result, overrides = run / "result.json", run / "overrides.yaml"
    curves, path = run / "csv" / "version_0" / "metrics.csv", run / "path.pt"
    forms = {file: other_forms(file.read_bytes()) for file in (result, overrides, curves)}
    in_yaml = [*forms[overrides], *lists()]
    each_ends_well(
        "files of a run",
        {
            "result": kind(
                result,
                lambda: report([run], run),
                [*forms[result], *results(result.read_bytes())],
            ),
            "overrides": kind(overrides, lambda: for_hydra([f"resume={run}"]), in_yaml),
            "stored": kind(overrides, lambda: report([run], run), in_yaml),
            "curves": kind(curves, lambda: read_curves(run), forms[curves]),
            "path": kind(
                path, lambda: read_path(path, nn.Linear(2, 2)), list(paths()), binary=True
            ),
            "arrays": kind(
                run / "arrays.npz",
                lambda: reads_arrays(run / "arrays.npz"),
                list(arrays()),
                binary=True,
            ),
        },
    )


def reads_arrays(file: Path) -> None:
    try:
        read_arrays(file)
    except ValueError as error:  # its callers in the package name the file
        raise ValueError(f"{file}: {error}") from error


def lists() -> Iterator[tuple[str, bytes]]:
    """YAML that is no list of texts, or a bomb."""
    laughs = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))
    merges = "\n".join(f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9))
    for name, text in {
        "laughs": f"a0: &a0 [ha]\n{laughs}\n", "merges": f"a0: &a0 {{x: 1}}\n{merges}\n",
        "list of laughs": f"- a0: &a0 [ha]\n- [{', '.join(['*a0'] * 9)}]\n", "text": "seed=1",
        "mapping": "seed: 1\n", "numbers": "- 1\n- null\n- 2.5\n- 2020-01-01\n",
        "loop": "&a\n- *a\n", "tab": "\t- seed=1\n",
        "code": "- !!python/object/apply:os.system ['touch canary']\n", "deep": "[" * 20_000,
        "two": "- a=1\n---\n- b=1\n", "nested": "- [seed=1]\n",
    }.items():  # fmt: skip
        yield name, text.encode()


def results(original: bytes) -> Iterator[tuple[str, bytes]]:
    """JSON with other types, and format strings that do something else."""
    result = json.loads(original)
    for key in result:
        for value in (None, 1, -1, 1e999, "x", [], {}, True, "{bpc.__class__}", "{bpc:>999999999}"):
            yield f"{key} {value}", json.dumps({**result, key: value}).encode()
        yield f"no {key}", json.dumps({k: v for k, v in result.items() if k != key}).encode()
    yield "deep", b"[" * 100_000
    yield "long number", b'{"seconds": ' + b"9" * 5000 + b"}"


def paths() -> Iterator[tuple[str, bytes]]:
    """Other tensors than those of a path."""
    for value in (
        [], {}, {"steps": 1, "weights": 2}, torch.zeros(3), {"steps": torch.arange(4)},
        {"steps": torch.arange(3), "weights": torch.rand(4, 6)},
        {"steps": torch.arange(4), "weights": torch.full((4, 6), float("nan"))},
        {"steps": torch.arange(4), "weights": torch.zeros(1).expand(4, 6)},
        {"steps": torch.arange(4), "weights": torch.rand(4, 6), "more": 1},
        {"steps": torch.arange(0), "weights": torch.rand(0, 6)},
        {"steps": torch.arange(4), "weights": torch.rand(4, 6).to_sparse()},
    ):  # fmt: skip
        buffer = io.BytesIO()
        torch.save(value, buffer)
        yield str(value)[:50], buffer.getvalue()


def arrays() -> Iterator[tuple[str, bytes]]:
    """Arrays whose headers lie, hold objects, or are bombs."""
    buffer = io.BytesIO()
    np.savez(buffer, cells=np.array([object()], dtype=object))
    yield "objects", buffer.getvalue()
    buffer = io.BytesIO()
    np.savez_compressed(buffer, cells=np.zeros(4 * 10**7))
    yield "bomb", buffer.getvalue()
    for shape in ("(999999999999,)", "(-1,)", "(4, 10**9)", "(True,)"):
        header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
        content = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("cells.npy", content)
        yield shape, buffer.getvalue()
