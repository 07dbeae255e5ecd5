import ctypes
import os
import struct
import sysconfig
from collections import Counter
from types import SimpleNamespace

import pytest

from elman.recurrence.kernels import openmp


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("has_openmp", [True, False])
def test_each_thread_calls_once(
    threads: int, has_openmp: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_openmp:
        monkeypatch.setattr(openmp, "_openmp", lambda: None)
    arguments = struct.pack("q", 42)
    seen: Counter[int] = Counter()

    @openmp.FUNCTION
    def function(address: int) -> None:
        seen[ctypes.c_int64.from_address(address).value] += 1

    address = ctypes.cast(function, ctypes.c_void_p).value
    assert address is not None
    openmp.call(address, arguments, threads)
    assert seen == {42: threads if has_openmp and openmp._openmp() else 1}


def test_torch_has_openmp() -> None:
    """Without it, one thread would do all the work."""
    assert openmp._openmp() is not None


def test_openmp_is_searched_next_to_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """torch may be outside the default folder of packages."""
    monkeypatch.setattr(sysconfig, "get_path", lambda _: "elsewhere")
    assert openmp._openmp.__wrapped__() is not None


def test_no_openmp_without_rtld_noload(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """For example on Windows."""
    monkeypatch.delattr(os, "RTLD_NOLOAD")
    monkeypatch.delattr(os, "RTLD_NOW")
    assert openmp._openmp.__wrapped__() is None


@pytest.mark.parametrize("missing", [*openmp.SYMBOLS, "GOMP_parallel", None])
def test_no_openmp_if_a_function_is_missing(
    missing: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For example on macOS, where the library lacks the GOMP functions."""
    present = {*openmp.SYMBOLS, "GOMP_parallel"} - {missing}
    library = SimpleNamespace(**dict.fromkeys(present))
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: library)
    assert openmp._openmp.__wrapped__() is (library if missing is None else None)


def test_single_thread_is_thread_0_of_1() -> None:
    number, threads, _ = openmp.SINGLE_THREAD
    assert (number(), threads()) == (0, 1)
