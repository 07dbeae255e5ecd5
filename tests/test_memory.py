import os
from pathlib import Path

import pytest
import torch

from elman.memory import available_memory, check_memory

CPU = torch.device("cpu")


def test_less_is_available_than_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    available = available_memory(CPU)
    assert available is not None
    assert 0 < available <= installed

    def missing(*_: object, **__: object) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", missing)  # as on other systems than Linux
    assert available_memory(CPU) == installed
    monkeypatch.delattr(os, "sysconf")
    assert available_memory(CPU) is None


def test_what_needs_too_much_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    path = "elman.memory.available_memory"
    monkeypatch.setattr(path, lambda _: 3_000_000_000)
    check_memory(3_000_000_000, "they", "give less", CPU)
    message = "they need about 4 GB of memory, but 3 GB are available; give less"
    with pytest.raises(ValueError, match=message):
        check_memory(4_000_000_000, "they", "give less", CPU)
    monkeypatch.setattr(path, lambda _: None)
    check_memory(10**15, "they", "give less", CPU)
