import ast
import errno
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn

import pytest
from llvmlite import binding
from numba import cfunc, types

from elman.recurrence.kernels import loops, object_code

KERNELS = Path(object_code.__file__).parent

USE = """
import sys, torch, elman
torch.manual_seed(0)
rnn = elman.RNN(3, 5, engine="compiled", dtype=torch.{dtype})
h, _ = rnn(torch.randn(4, 2, 3, dtype=torch.{dtype}))
h.sum().backward()
print(rnn.V.grad.sum().item())
assert ("numba" in sys.modules) == {numba}
"""


def use(cache: Path, dtype: str = "float32", *, numba: bool) -> str:
    result = subprocess.run(
        [sys.executable, "-c", USE.format(numba=numba, dtype=dtype)],
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_cached_code_is_loaded_without_numba(dtype: str, tmp_path: Path) -> None:
    first = use(tmp_path, dtype, numba=True)
    [cached] = (tmp_path / "elman").glob("*.o")
    assert use(tmp_path, dtype, numba=False) == first
    assert [cached] == list((tmp_path / "elman").iterdir())


def test_a_truncated_file_is_replaced(tmp_path: Path) -> None:
    first = use(tmp_path, numba=True)
    [cached] = (tmp_path / "elman").glob("*.o")
    whole = cached.read_bytes()
    cached.write_bytes(whole[: len(whole) // 2])
    assert use(tmp_path, numba=True) == first
    assert len(cached.read_bytes()) > len(whole) // 2


def test_a_cache_folder_that_cannot_be_created(tmp_path: Path) -> None:
    no_folder = tmp_path / "file"
    no_folder.write_text("in the way")
    assert use(no_folder, numba=True)
    assert no_folder.read_text() == "in the way"


CHANGES: dict[str, tuple[Any, str, Any]] = {
    "processor": (binding, "get_host_cpu_name", lambda: "another"),
    "features": (binding, "get_host_cpu_features", binding.FeatureMap),
    "system": (binding, "get_default_triple", lambda: "another"),
    "python": (platform, "python_version", lambda: "3.0.0"),
    "numba": (object_code, "version", lambda name: version(name) + "1" * (name == "numba")),
    "llvmlite": (object_code, "version", lambda name: version(name) + "1" * (name == "llvmlite")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_another_machine_or_compiler_has_another_file(
    change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = object_code._key("float32")
    assert object_code._key("float32") == before
    monkeypatch.setattr(*CHANGES[change])
    assert object_code._key("float32") != before


def test_another_dtype_has_another_file() -> None:
    assert object_code._key("float32") != object_code._key("float64")


def test_other_settings_of_numba_have_another_file(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {object_code._key("float32")}
    for value in ("1", "2"):
        monkeypatch.setenv("NUMBA_OPT", value)
        keys.add(object_code._key("float32"))
    monkeypatch.delenv("NUMBA_OPT")
    monkeypatch.setenv("NUMBA_LOOP_VECTORIZE", "2")
    keys.add(object_code._key("float32"))
    assert len(keys) == 4
    monkeypatch.setenv("ANOTHER_OPT", "1")
    assert object_code._key("float32") in keys


def test_other_sources_have_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {object_code._key("float32")}
    shutil.copytree(KERNELS, tmp_path / "kernels")
    monkeypatch.setattr(object_code, "__file__", str(tmp_path / "kernels" / "object_code.py"))
    sources = sorted((tmp_path / "kernels").glob("*.py"))
    assert object_code._key("float32") in keys
    for path in sources:
        path.write_text(path.read_text("utf-8") + "# another\n", "utf-8")
        keys.add(object_code._key("float32"))
    sources[0].rename(tmp_path / "kernels" / "another.py")
    keys.add(object_code._key("float32"))
    assert len(keys) == len(sources) + 2


@pytest.mark.parametrize("path", sorted(KERNELS.glob("*.py")), ids=lambda path: path.name)
def test_compiled_code_uses_only_sources_in_its_folder(path: Path) -> None:
    """The cache key is computed only from the sources in this folder."""
    modules = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            modules += [name.name for name in node.names]
        if isinstance(node, ast.ImportFrom):
            modules.append("." * node.level + (node.module or ""))
    own = [module for module in modules if module.startswith(("elman", "."))]
    assert all(module.startswith("elman.recurrence.kernels") for module in own)


@pytest.fixture(scope="module")
def code() -> bytes:
    """Object code for float32."""
    object_code.address("forward", "float32")
    return object_code._read(f"{object_code._key('float32')}.o") or object_code._compile("float32")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder; nothing is loaded."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(object_code, "_loaded", cache(object_code._loaded.__wrapped__))
    (tmp_path / "elman").mkdir()
    return tmp_path / "elman"


def raises(error: Exception) -> Callable[..., NoReturn]:
    def function(*_: Any, **__: Any) -> NoReturn:
        raise error

    return function


@pytest.mark.parametrize(
    ("owner", "name", "error"),
    [
        (object_code, "_compile", ImportError("Numba needs NumPy 2.5 or less")),
        (object_code, "version", PackageNotFoundError("numba")),
        (object_code, "_machine", RuntimeError("from LLVM")),
        (object_code.binding, "create_mcjit_compiler", RuntimeError("from LLVM")),
    ],
)
def test_exceptions_are_raised_and_the_next_call_tries_again(
    owner: Any, name: str, error: Exception, code: bytes, folder: Path
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(object_code, "_compile", lambda _: code)
        patch.setattr(owner, name, raises(error))
        for _ in range(2):
            with pytest.raises(type(error), match=str(error)):
                object_code.address("forward", "float32")
    assert list(folder.iterdir()) == []
    with ThreadPoolExecutor(1) as other_thread, pytest.MonkeyPatch.context() as patch:
        patch.setattr(object_code, "_compile", lambda _: code)
        assert other_thread.submit(object_code.address, "backward", "float32").result(20) > 0
    assert [path.suffix for path in folder.iterdir()] == [".o"]


def test_the_first_call_loads_both_functions(
    code: bytes, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = object_code._machine().emit_object(binding.parse_assembly(""))
    monkeypatch.setattr(object_code, "_compile", lambda _: nothing)
    with pytest.raises(RuntimeError, match="the compiled code lacks a function"):
        object_code.address("forward", "float32")
    assert list(folder.iterdir()) == []

    monkeypatch.setattr(object_code, "_compile", lambda _: code)
    assert object_code.address("forward", "float32") > 0
    monkeypatch.setattr(object_code, "binding", None)
    assert object_code.address("backward", "float32") > 0


@pytest.mark.usefixtures("folder")
def test_concurrent_threads_compile_once(code: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = []

    def slowly(dtype: str) -> bytes:
        compiled.append(dtype)
        time.sleep(0.2)
        return code

    monkeypatch.setattr(object_code, "_compile", slowly)
    with ThreadPoolExecutor(4) as threads:
        found = set(threads.map(lambda _: object_code.address("forward", "float32"), range(4)))
    assert len(found) == 1
    assert compiled == ["float32"]


def test_code_that_calls_functions_of_numba_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    binding.add_symbol("numba_only", 1)
    numba_only: Any = types.ExternalFunction("numba_only", types.void())

    @cfunc("void()")
    def function() -> None:
        numba_only()

    monkeypatch.setattr(loops, "functions", lambda _: {"elman_forward_float32": function})
    with pytest.raises(RuntimeError, match=r"calls functions of numba: numba_only$"):
        object_code._compile("float32")


WHILE_ANOTHER_THREAD_COMPILES = """
import os, pathlib, signal, sys, threading, time, torch
from elman.recurrence import recurrence
from elman.recurrence.kernels import object_code
begun = threading.Event()
def compile(dtype):
    begun.set()
    time.sleep(0.5)
    return pathlib.Path(sys.argv[1]).read_bytes()
object_code._compile = compile
x = [torch.zeros(s) for s in ((5, 9, 3), (9, 4), (3, 4), (4, 4), (4,))]
thread = threading.Thread(target=recurrence, args=x, kwargs={"engine": "compiled"})
thread.start()
begun.wait()
if (child := os.fork()) == 0:
    signal.alarm(60)  # kills a process that hangs
    recurrence(*x, engine="compiled")
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
thread.join()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")
def test_no_fork_while_code_is_compiled(code: bytes, tmp_path: Path) -> None:
    (tmp_path / "code").write_bytes(code)
    command = [sys.executable, "-W", "ignore", "-c", WHILE_ANOTHER_THREAD_COMPILES]
    subprocess.run(
        [*command, tmp_path / "code"],
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
        check=True,
        timeout=120,
    )


def full(descriptor: int, _: str) -> NoReturn:
    os.close(descriptor)
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("owner", "name", "function"),
    [(object_code, "open", full), (os, "replace", raises(PermissionError()))],
)
def test_a_failed_write_leaves_no_file(
    owner: Any, name: str, function: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, name, function, raising=False)
    object_code._write("new.o", b"code")
    assert list(folder.iterdir()) == []


def test_unused_files_are_removed(folder: Path) -> None:
    hour = 3600
    ages = {
        "used.o": 29 * 24 * hour,
        "unused.o": 31 * 24 * hour,
        "begun.part": hour / 2,
        "given_up.part": 2 * hour,
        "of_another_program": 99 * 24 * hour,
    }
    for name, age in ages.items():
        (folder / name).touch()
        os.utime(folder / name, (time.time() - age,) * 2)
    object_code._write("new.o", b"code")
    left = {path.name for path in folder.iterdir()}
    assert left == {"new.o", "used.o", "begun.part", "of_another_program"}
    assert object_code._read("new.o") == b"code"


def test_reading_marks_a_file_as_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    object_code._write("cached.o", b"code")
    os.utime(folder / "cached.o", (0, 0))
    with monkeypatch.context() as patch:
        patch.setattr(os, "utime", raises(PermissionError()))
        assert object_code._read("cached.o") == b"code"
    assert (folder / "cached.o").stat().st_mtime == 0
    object_code._read("cached.o")
    assert (folder / "cached.o").stat().st_mtime > time.time() - 60


def test_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", raises(RuntimeError("Could not determine home directory.")))
    object_code._write("new.o", b"code")
    assert object_code._read("new.o") is None


WITHOUT_AVX512 = """
from llvmlite import binding
features = binding.get_host_cpu_features()
features.update({name: False for name in features if name.startswith(("avx512", "avx10", "evex"))})
binding.get_host_cpu_features = lambda: features
binding.get_host_cpu_name = lambda: "haswell"
import torch
from elman.recurrence import recurrence
from elman.recurrence.kernels.tiles import BYTES
assert BYTES == 32
for T, B, I, H in ((3, 1, 1, 1), (20, 7, 3, 33), (18, 13, 30, 70)):
    shapes = (T, B, I), (B, H), (I, H), (H, H), (H,)
    x = [(torch.randn(s) / H**0.5).requires_grad_() for s in shapes]
    found, expected = (recurrence(*x, engine=engine) for engine in ("compiled", "unrolled"))
    torch.testing.assert_close(found, expected)
    gradients = [torch.autograd.grad(h.sum(), x) for h in (found, expected)]
    torch.testing.assert_close(*gradients, rtol=1e-4, atol=1e-4)
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="needs an x86-64 processor")
def test_a_processor_with_shorter_vectors(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT_AVX512],
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
