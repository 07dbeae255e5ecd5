import re

import pytest
import torch

from elman.comparison.environment import describe_machine


def test_processor() -> None:
    machine = describe_machine(torch.device("cpu"))
    assert re.fullmatch(r".+, \d+ cores?, \w+", machine)
    assert machine.endswith(torch.backends.cpu.get_cpu_capability())


def test_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "a test GPU")
    assert describe_machine(torch.device("cuda")) == "a test GPU"
