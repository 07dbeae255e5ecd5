"""The compiled loops as object code: made by numba once on a machine, then kept on its disk.

LLVM alone loads what is kept, in a tenth of the time in which numba would be ready for it.
"""

import hashlib
import os
import tempfile
import threading
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from llvmlite import binding

from elman.recurrence.kernels import openmp

DIGEST = hashlib.sha256().digest_size
LOCK = threading.Lock()


def address(function: str, dtype: str) -> int:
    """Where "forward" or "backward" of `loops` lies for "float32" or "float64"."""
    with LOCK:  # threads that come at the same time must not both compile
        found: int = _engine(dtype).get_function_address(f"elman_{function}_{dtype}")
    return found


@cache
def _engine(dtype: str) -> Any:
    """What has loaded the code for a dtype, and holds it in memory."""
    openmp.declare()
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    path = _folder() / f"{_key(dtype)}.o"
    code = _read(path)
    if code is None:
        code = _compile(dtype)
        _write(path, code)
    # llvmlite's memory manager puts all parts of the code side by side, as they take for granted.
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), _machine(), use_lmm=True)
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine


def _key(dtype: str) -> str:
    """What object code depends on, in short: any of it new makes another file."""
    parts = [dtype, binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()]
    parts += [version(package) for package in ("numba", "llvmlite")]
    parts += [path.read_text("utf-8") for path in sorted(Path(__file__).parent.glob("*.py"))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _folder() -> Path:
    """Where the user's caches are."""
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "elman"


def _read(path: Path) -> bytes | None:
    """What `_write` wrote; None: there is no such file, or not the whole of it."""
    try:
        written = path.read_bytes()
    except OSError:
        return None
    digest, code = written[:DIGEST], written[DIGEST:]
    return code if hashlib.sha256(code).digest() == digest else None


def _write(path: Path, code: bytes) -> None:
    """Keeps the code, where there is a place to keep it.

    No other process sees a part of the file: it gets its name when it is whole.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(hashlib.sha256(code).digest() + code)
        os.replace(file.name, path)
    except OSError:
        return


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
    code: bytes = machine.emit_object(module)
    return code


def _machine() -> Any:
    target = binding.Target.from_default_triple()
    return target.create_target_machine(
        cpu=binding.get_host_cpu_name(),
        features=binding.get_host_cpu_features().flatten(),
        opt=3,
        reloc="pic",
        codemodel="default",
    )
