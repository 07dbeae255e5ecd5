import re

import pytest
import torch

from elman.comparison.environment import describe_machine


def test_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = describe_machine(torch.device("cpu"))
    instruction_set = torch.backends.cpu.get_cpu_capability()
    assert re.match(rf".+, \d+ cores?, {instruction_set}", machine)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1000)
    assert describe_machine(torch.device("cpu")).endswith(f", {instruction_set}, 1000 threads")


def test_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "a test GPU")
    assert describe_machine(torch.device("cuda")) == "a test GPU"
