"""Compiled functions on the threads that torch computes with, those of OpenMP.

After each operation they keep a processor core busy for some milliseconds, waiting for the next;
other threads would have to share the cores with them, and take twice as long.
"""

import ctypes
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import torch
from llvmlite import binding

LIBRARIES = ("libgomp*.so*", "libomp*.dylib", "libiomp5*")
SYMBOLS = ("omp_get_thread_num", "omp_get_num_threads", "GOMP_barrier")  # that are compiled in

FUNCTION = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
NUMBER = ctypes.CFUNCTYPE(ctypes.c_int)
ALONE = NUMBER(lambda: 0), NUMBER(lambda: 1), NUMBER(lambda: 0)  # thread 0 of 1 need not wait


def call(function: int, arguments: bytes, threads: int) -> None:
    """Has each of so many threads call the function at an address.

    Where there is no OpenMP one thread calls it.

    Args:
        function: its address.
        arguments: integers of 64 bits, which the function is given the address of.
        threads: how many.
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
    """Tells the compiler where the functions of OpenMP are that compiled functions call."""
    openmp = _openmp()
    for symbol, alone in zip(SYMBOLS, ALONE, strict=True):
        function = alone if openmp is None else getattr(openmp, symbol)
        address = ctypes.cast(function, ctypes.c_void_p).value
        binding.add_symbol(symbol, address)


@cache
def _openmp() -> ctypes.CDLL | None:
    """The OpenMP library that torch brought along and has loaded, if it has all we call."""
    if not hasattr(os, "RTLD_NOLOAD"):  # on Windows, where the OpenMP of torch has other functions
        return None
    packages = Path(torch.__file__).parents[1]
    for folder in ("torch/lib", "torch.libs"):
        for path in [path for name in LIBRARIES for path in packages.glob(f"{folder}/{name}")]:
            try:
                library = ctypes.CDLL(str(path), mode=os.RTLD_NOW | os.RTLD_NOLOAD)
            except OSError:  # there, but not what torch computes with
                continue
            if all(hasattr(library, symbol) for symbol in (*SYMBOLS, "GOMP_parallel")):
                return library
    return None
