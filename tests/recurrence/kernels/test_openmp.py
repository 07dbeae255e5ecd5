import ctypes
from collections import Counter

import pytest

from elman.recurrence.kernels import openmp


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("openmp_is_there", [True, False])
def test_each_thread_calls_once(
    threads: int, openmp_is_there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not openmp_is_there:
        monkeypatch.setattr(openmp, "_openmp", lambda: None)
    arguments = (ctypes.c_int64 * 1)(42)
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


def test_alone_is_thread_0_of_1() -> None:
    number, threads, _ = openmp.ALONE
    assert (number(), threads()) == (0, 1)
