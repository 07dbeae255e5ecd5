"""The compiled loops as object code. numba compiles them once; then a disk cache has them.

LLVM alone loads the cached code, in a tenth of the time that importing numba would take.
"""

import hashlib
import os
import platform
import tempfile
import threading
import time
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from llvmlite import binding

from elman.recurrence.kernels import openmp

FUNCTIONS = ("forward", "backward")
DIGEST = hashlib.sha256().digest_size
HOUR = 3600
# Seconds after which an unused file is removed, by its suffix.
AGES = {".o": 30 * 24 * HOUR, ".part": HOUR}
LOCK = threading.RLock()
if hasattr(os, "register_at_fork"):
    # Do not fork while a thread compiles: in the child, LLVM would be inconsistent and locked.
    os.register_at_fork(
        before=LOCK.acquire, after_in_parent=LOCK.release, after_in_child=LOCK.release
    )


def address(function: str, dtype: str) -> int:
    """The address of "forward" or "backward" of `loops` for "float32" or "float64".

    The first call loads both functions. Exceptions, for example from a numba too old for numpy, are
    raised unchanged; the next call tries again.
    """
    with LOCK:  # two threads must not both compile
        return _loaded(dtype)[0][function]


@cache
def _loaded(dtype: str) -> tuple[dict[str, int], Any]:
    """The addresses of the functions for a dtype, and the LLVM engine that keeps them in memory."""
    openmp.declare()
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    name = f"{_key(dtype)}.o"
    cached = _read(name)
    code = _compile(dtype) if cached is None else cached
    # llvmlite's memory manager places all sections close together, as the code requires.
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), _machine(), use_lmm=True)
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    addresses = {f: engine.get_function_address(f"elman_{f}_{dtype}") for f in FUNCTIONS}
    if not all(addresses.values()):
        raise RuntimeError(f"the compiled code lacks a function: {addresses}")
    if cached is None:
        _write(name, code)
    return addresses, engine


def _key(dtype: str) -> str:
    """A hash of all that the object code depends on: if any of it changes, the file name changes.

    The sources are those in this folder; the compiled code uses no others of elman.
    """
    dependencies = {
        "dtype": dtype,
        "processor": binding.get_host_cpu_name(),
        "features": binding.get_host_cpu_features().flatten(),
        "system": binding.get_default_triple(),
        "python": platform.python_version(),  # numba compiles its bytecode
        "numba": version("numba"),
        "llvmlite": version("llvmlite"),
        "settings": sorted(item for item in os.environ.items() if item[0].startswith("NUMBA_")),
        "sources": sorted(
            (path.name, path.read_text("utf-8")) for path in Path(__file__).parent.glob("*.py")
        ),
    }
    return hashlib.sha256(repr(dependencies).encode()).hexdigest()


def _folder() -> Path:
    """The folder for cached code, in the user's cache folder.

    Raises:
        RuntimeError: the user has no home folder.
    """
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "elman"


def _read(name: str) -> bytes | None:
    """The code that `_write` wrote; None if the file is missing or damaged."""
    try:
        path = _folder() / name
        content = path.read_bytes()
    except (OSError, RuntimeError):
        return None
    with suppress(OSError):  # in a read-only folder
        os.utime(path)  # marks the file as used
    digest, code = content[:DIGEST], content[DIGEST:]
    return code if hashlib.sha256(code).digest() == digest else None


def _write(name: str, code: bytes) -> None:
    """Writes the code to the cache, if that is possible, and removes unused files.

    Other processes never see an incomplete file: it is renamed only when complete.
    """
    with suppress(OSError, RuntimeError):
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        _tidy(folder)
        descriptor, temporary = tempfile.mkstemp(suffix=".part", dir=folder)
        try:
            with open(descriptor, "wb") as file:
                file.write(hashlib.sha256(code).digest() + code)
            os.replace(temporary, folder / name)
        except BaseException:
            os.unlink(temporary)
            raise


def _tidy(folder: Path) -> None:
    """Removes files that were not used for a long time or never completed."""
    now = time.time()
    for path in folder.iterdir():
        with suppress(OSError):  # removed by another process
            if now - path.stat().st_mtime > AGES.get(path.suffix, float("inf")):
                path.unlink()


def _compile(dtype: str) -> bytes:
    from elman.recurrence.kernels import loops  # noqa: PLC0415 - numba is slow to load

    module = binding.parse_assembly("")
    for name, function in loops.functions(dtype).items():
        function_module = binding.parse_assembly(function.inspect_llvm())
        function_module.get_function(function.native_name).name = name
        for each in function_module.functions:
            if each.name != name and not each.is_declaration:
                each.linkage = "internal"
        module.link_in(function_module)
    # numba adds error handling and a Python interface to every function. No error can occur here,
    # and the functions are now internal, so these passes remove both.
    passes = binding.create_new_module_pass_manager()
    passes.add_ipsccp_pass()
    passes.add_simplify_cfg_pass()
    passes.add_global_dead_code_eliminate_pass()
    machine = _machine()
    passes.run(
        module, binding.create_pass_builder(machine, binding.create_pipeline_tuning_options())
    )
    _check_calls(module)
    code: bytes = machine.emit_object(module)
    return code


def _check_calls(module: Any) -> None:
    """Raises RuntimeError if a process without numba could not load the code.

    LLVM aborts the process if a called function is missing.
    """
    declared = {f.name for f in module.functions if f.is_declaration}
    unknown = declared - {*openmp.SYMBOLS, "exp", "tanh"}
    if names := sorted(name for name in unknown if not name.startswith("llvm.")):
        raise RuntimeError(f"the compiled code calls functions of numba: {', '.join(names)}")


def _machine() -> Any:
    target = binding.Target.from_default_triple()
    return target.create_target_machine(
        cpu=binding.get_host_cpu_name(),
        features=binding.get_host_cpu_features().flatten(),
        opt=3,
        reloc="pic",
        codemodel="default",
    )
