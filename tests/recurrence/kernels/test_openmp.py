import ctypes
import os
import struct
import sysconfig
from collections import Counter
from types import SimpleNamespace

import pytest

from elman.recurrence.kernels import openmp


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("openmp_is_there", [True, False])
def test_each_thread_calls_once(
    threads: int, openmp_is_there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not openmp_is_there:
        monkeypatch.setattr(openmp, "_openmp", lambda: None)
    arguments = struct.pack("q", 42)
    seen: Counter[int] = Counter()

    @openmp.FUNCTION
    def function(address: int) -> None:
        seen[ctypes.c_int64.from_address(address).value] += 1

    address = ctypes.cast(function, ctypes.c_void_p).value
    assert address is not None
    openmp.call(address, arguments, threads)
    assert seen == {42: threads if openmp_is_there and openmp._openmp() else 1}


def test_torch_brings_openmp_along() -> None:
    """Where it did not, one thread would do all the work."""
    assert openmp._openmp() is not None


def test_openmp_is_looked_for_where_torch_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which may be a user's own folder of packages."""
    monkeypatch.setattr(sysconfig, "get_path", lambda _: "elsewhere")
    assert openmp._openmp.__wrapped__() is not None


def test_no_openmp_where_no_library_tells_whether_it_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So on Windows."""
    monkeypatch.delattr(os, "RTLD_NOLOAD")
    monkeypatch.delattr(os, "RTLD_NOW")
    assert openmp._openmp.__wrapped__() is None


@pytest.mark.parametrize("missing", [*openmp.SYMBOLS, "GOMP_parallel", None])
def test_no_openmp_where_a_function_is_missing(
    missing: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So on a Mac whose library lacks those of GOMP."""
    there = {*openmp.SYMBOLS, "GOMP_parallel"} - {missing}
    library = SimpleNamespace(**dict.fromkeys(there))
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: library)
    assert openmp._openmp.__wrapped__() is (library if missing is None else None)


def test_alone_is_thread_0_of_1() -> None:
    number, threads, _ = openmp.ALONE
    assert (number(), threads()) == (0, 1)
