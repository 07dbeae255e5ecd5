"""Runs compiled functions on the OpenMP threads that torch uses.

After each operation, torch's threads actively wait for some milliseconds and keep the cores busy.
Other threads would compete with them and take twice as long.
"""

import ctypes
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import torch
from llvmlite import binding

LIBRARIES = ("libgomp*.so*", "libomp*.dylib", "libiomp5*")
SYMBOLS = ("omp_get_thread_num", "omp_get_num_threads", "GOMP_barrier")  # called by compiled code

FUNCTION = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
NUMBER = ctypes.CFUNCTYPE(ctypes.c_int)
SINGLE_THREAD = NUMBER(lambda: 0), NUMBER(lambda: 1), NUMBER(lambda: 0)  # thread 0 of 1, no wait


def call(function: int, arguments: bytes, threads: int) -> None:
    """Calls the function at an address once on each thread.

    Without OpenMP, the calling thread calls it once.

    Args:
        function: its address.
        arguments: 64-bit integers; the function receives their address.
        threads: the number of threads.
    """
    openmp = _openmp()
    if threads == 1 or openmp is None:
        _function(function)(arguments)
    else:
        openmp.GOMP_parallel(ctypes.c_void_p(function), arguments, threads, 0)


@cache
def _function(address: int) -> Callable[[bytes], None]:
    return FUNCTION(address)


def declare() -> None:
    """Gives LLVM the addresses of the OpenMP functions that compiled code calls."""
    openmp = _openmp()
    for symbol, single in zip(SYMBOLS, SINGLE_THREAD, strict=True):
        function = single if openmp is None else getattr(openmp, symbol)
        address = ctypes.cast(function, ctypes.c_void_p).value
        binding.add_symbol(symbol, address)


@cache
def _openmp() -> ctypes.CDLL | None:
    """torch's OpenMP library, if it is loaded and has all functions needed here."""
    if not hasattr(os, "RTLD_NOLOAD"):  # Windows, where torch's OpenMP has other functions
        return None
    packages = Path(torch.__file__).parents[1]
    for folder in ("torch/lib", "torch.libs"):
        for path in [path for name in LIBRARIES for path in packages.glob(f"{folder}/{name}")]:
            try:
                library = ctypes.CDLL(str(path), mode=os.RTLD_NOW | os.RTLD_NOLOAD)
            except OSError:  # exists, but torch has not loaded it
                continue
            if all(hasattr(library, symbol) for symbol in (*SYMBOLS, "GOMP_parallel")):
                return library
    return None
