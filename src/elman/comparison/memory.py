"""How much memory a training step takes at its peak, beside weights and inputs."""

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch.profiler import ProfilerActivity, profile

from elman.comparison.sizes import Sizes
from elman.comparison.speed import make_layers, train_step
from elman.recurrence import Engine


@dataclass(frozen=True)
class Memory:
    """The peaks at one choice of sizes, in bytes."""

    sizes: Sizes
    ours: int
    theirs: int

    @property
    def ratio(self) -> float:
        """How many times as much memory as elman.RNN torch.nn.RNN takes."""
        return self.theirs / self.ours


def measure_memory(
    sizes: Sizes, device: torch.device | str = "cpu", engine: Engine = "auto"
) -> Memory:
    """The peaks of a training step with either layer."""
    ours, theirs, X = make_layers(sizes, device, engine)
    return Memory(
        sizes,
        peak_bytes(partial(train_step, ours, X), X.device),
        peak_bytes(partial(train_step, theirs, X), X.device),
    )


def peak_bytes(step: Callable[[], object], device: torch.device) -> int:
    """The most that a step has in torch's memory at a time, beyond what stood there before."""
    step()  # whatever is made but once
    return _cuda_peak(step, device) if device.type == "cuda" else _cpu_peak(step)


def _cuda_peak(step: Callable[[], object], device: torch.device) -> int:
    torch.cuda.synchronize(device)
    torch.cuda.reset_peak_memory_stats(device)
    before = torch.cuda.memory_allocated(device)
    step()
    torch.cuda.synchronize(device)
    return torch.cuda.max_memory_allocated(device) - before


def _cpu_peak(step: Callable[[], object]) -> int:
    # The profiler would tell of its beginning and end; 6 is above all its messages.
    os.environ.setdefault("KINETO_LOG_LEVEL", "6")
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        step()
    with tempfile.TemporaryDirectory() as directory:
        trace = Path(directory) / "trace.json"
        profiler.export_chrome_trace(str(trace))
        events = json.loads(trace.read_text(encoding="utf-8"))["traceEvents"]
    changes = [event for event in events if event["name"] == "[memory]"]
    changes.sort(key=lambda event: event["ts"])
    if not changes:
        return 0
    first = changes[0]["args"]
    before: int = first["Total Allocated"] - first["Bytes"]
    peak: int = max(change["args"]["Total Allocated"] for change in changes)
    return peak - before
