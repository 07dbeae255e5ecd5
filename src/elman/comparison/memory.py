"""The peak memory of a training step, in addition to weights and inputs."""

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.profiler import ProfilerActivity, profile

from elman.comparison.implementations import elman_and_torch
from elman.comparison.ratios import ratio_sentence
from elman.comparison.sizes import Sizes
from elman.recurrence import Engine


@dataclass(frozen=True)
class Memory:
    """The peaks at one choice of sizes, in bytes.

    Attributes:
        sizes: of the layer and its input.
        ours: the peak with elman.RNN.
        theirs: the peak with torch.nn.RNN.
    """

    sizes: Sizes
    ours: int
    theirs: int

    @property
    def ratio(self) -> float:
        """The peak with torch.nn.RNN divided by that with elman.RNN."""
        return self.theirs / self.ours


def measure_memory(sizes: Sizes, device: torch.device, engine: Engine = "auto") -> Memory:
    """Measures a training step with either layer."""
    theirs, ours = elman_and_torch(sizes, device, engine).values()
    peaks = (peak_bytes(layer.train, device) for layer in (ours, theirs))  # type: ignore[arg-type]
    return Memory(sizes, *peaks)


def memory_summary(memory: Sequence[Memory]) -> str:
    """How much memory torch.nn.RNN needs relative to elman.RNN, over all sizes."""
    ratios = {peak.sizes: peak.ratio for peak in memory}
    return ratio_sentence(
        "A training step of torch.nn.RNN needs",
        ratios,
        "as much memory as that of elman.RNN",
        "elman.RNN needs more",
    )


def peak_bytes(step: Callable[[], object], device: torch.device) -> int:
    """The peak of the memory that a step allocates through PyTorch, minus the memory in use before.

    A first call, which may allocate caches, is not measured.
    """
    step()
    return _cuda_peak(step, device) if device.type == "cuda" else _cpu_peak(step)


def _cuda_peak(step: Callable[[], object], device: torch.device) -> int:
    torch.cuda.synchronize(device)
    torch.cuda.reset_peak_memory_stats(device)
    before = torch.cuda.memory_allocated(device)
    step()
    torch.cuda.synchronize(device)
    return torch.cuda.max_memory_allocated(device) - before


def _cpu_peak(step: Callable[[], object]) -> int:
    # Silences the profiler's log: 6 is above all its levels.
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
