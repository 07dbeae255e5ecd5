"""The compiled loops as object code: made by numba once on a machine, then kept on its disk.

LLVM alone loads what is kept, in a tenth of the time in which numba would be ready for it.
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
# Seconds after which a file that nobody has used is removed, by how its name ends.
AGES = {".o": 30 * 24 * HOUR, ".part": HOUR}
LOCK = threading.RLock()
if hasattr(os, "register_at_fork"):
    # A process is not forked while a thread compiles: LLVM would be half done there, and locked.
    os.register_at_fork(
        before=LOCK.acquire, after_in_parent=LOCK.release, after_in_child=LOCK.release
    )


def address(function: str, dtype: str) -> int:
    """Where "forward" or "backward" of `loops` lies for "float32" or "float64".

    Both are there once either has been asked for. What goes wrong, such as a numba that is too old
    for numpy, is raised as it is, and tried again next time.
    """
    with LOCK:  # threads that come at the same time must not both compile
        return _loaded(dtype)[0][function]


@cache
def _loaded(dtype: str) -> tuple[dict[str, int], Any]:
    """Where the functions for a dtype lie, and what holds them in memory."""
    openmp.declare()
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    name = f"{_key(dtype)}.o"
    kept = _read(name)
    code = _compile(dtype) if kept is None else kept
    # llvmlite's memory manager puts all parts of the code side by side, as they take for granted.
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), _machine(), use_lmm=True)
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    addresses = {f: engine.get_function_address(f"elman_{f}_{dtype}") for f in FUNCTIONS}
    if not all(addresses.values()):
        raise RuntimeError(f"the compiled code lacks a function: {addresses}")
    if kept is None:
        _write(name, code)
    return addresses, engine


def _key(dtype: str) -> str:
    """What object code depends on, in short: any of it new makes another file.

    The sources are those beside this file, since what is compiled uses no others of elman.
    """
    parts = {
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
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _folder() -> Path:
    """Where the user's caches are.

    Raises:
        RuntimeError: the user has no home.
    """
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "elman"


def _read(name: str) -> bytes | None:
    """What `_write` wrote; None: there is no such file, or not the whole of it."""
    try:
        path = _folder() / name
        written = path.read_bytes()
    except (OSError, RuntimeError):
        return None
    with suppress(OSError):  # in a folder that may only be read
        os.utime(path)  # used now
    digest, code = written[:DIGEST], written[DIGEST:]
    return code if hashlib.sha256(code).digest() == digest else None


def _write(name: str, code: bytes) -> None:
    """Keeps the code, where there is a place to keep it, and removes what is no longer used.

    No other process sees a part of the file: it gets its name when it is whole.
    """
    with suppress(OSError, RuntimeError):
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        _tidy(folder)
        descriptor, part = tempfile.mkstemp(suffix=".part", dir=folder)
        try:
            with open(descriptor, "wb") as file:
                file.write(hashlib.sha256(code).digest() + code)
            os.replace(part, folder / name)
        except BaseException:
            os.unlink(part)
            raise


def _tidy(folder: Path) -> None:
    """Removes what has not been used for long, or was never finished."""
    now = time.time()
    for path in folder.iterdir():
        with suppress(OSError):  # gone meanwhile
            if now - path.stat().st_mtime > AGES.get(path.suffix, float("inf")):
                path.unlink()


def _compile(dtype: str) -> bytes:
    from elman.recurrence.kernels import loops  # noqa: PLC0415 - numba takes its time to load

    module = binding.parse_assembly("")
    for name, function in loops.functions(dtype).items():
        part = binding.parse_assembly(function.inspect_llvm())
        part.get_function(function.native_name).name = name
        for each in part.functions:
            if each.name != name and not each.is_declaration:
                each.linkage = "internal"
        module.link_in(part)
    # Now that nobody else can call them, what numba adds to every function for errors and for
    # Python falls away: no error can happen here.
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
    """Raises RuntimeError where a process without numba could not load the code.

    LLVM ends a process in which it does not find a function that is called.
    """
    declared = {f.name for f in module.functions if f.is_declaration}
    unknown = declared - {*openmp.SYMBOLS, "exp", "tanh"}
    if names := sorted(name for name in unknown if not name.startswith("llvm.")):
        raise RuntimeError(f"the compiled code calls what numba alone has: {', '.join(names)}")


def _machine() -> Any:
    target = binding.Target.from_default_triple()
    return target.create_target_machine(
        cpu=binding.get_host_cpu_name(),
        features=binding.get_host_cpu_features().flatten(),
        opt=3,
        reloc="pic",
        codemodel="default",
    )
