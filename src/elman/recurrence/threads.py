"""Threads for compiled code: those that torch computes with, where they can be had.

After each operation torch's threads (OpenMP's) keep a processor core busy for some milliseconds,
waiting for the next. Other threads would have to share the cores with them, and take twice as long.
"""

import ctypes
import os
import sysconfig
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

PROCESS = os.getpid()


def in_parallel(tasks: Sequence[Callable[[], None]]) -> None:
    """Calls each task once, each in a thread of its own where there are as many.

    Raises:
        Exception: the first that a task has raised.
    """
    openmp = _openmp() if os.getpid() == PROCESS else None  # after a fork its threads are missing
    if openmp is None:
        futures = [_executor(os.getpid()).submit(task) for task in tasks[1:]]
        tasks[0]()
        for future in futures:
            future.result()
        return

    raised: list[Exception] = []

    def take_a_share(_: None) -> None:
        first, threads = openmp.omp_get_thread_num(), openmp.omp_get_num_threads()
        for task in tasks[first::threads]:
            try:
                task()
            except Exception as error:
                raised.append(error)

    openmp.GOMP_parallel(_TASK(take_a_share), None, len(tasks), 0)
    if raised:
        raise raised[0]


_TASK = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


@cache
def _openmp() -> ctypes.CDLL | None:
    """GNU's OpenMP library that torch brought along and has loaded; None: there is none."""
    packages = Path(sysconfig.get_path("platlib"))
    for folder in ("torch/lib", "torch.libs"):
        for path in packages.glob(f"{folder}/libgomp*.so*"):
            try:
                return ctypes.CDLL(str(path), mode=os.RTLD_NOW | os.RTLD_NOLOAD)
            except OSError:  # there, but not what torch computes with
                continue
    return None


@cache
def _executor(process: int) -> ThreadPoolExecutor:  # noqa: ARG001 - a fork has no threads
    return ThreadPoolExecutor(thread_name_prefix="elman")
