"""The environment of a measurement: machine, versions, command."""

import os
import platform
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import torch
from hydra.core.hydra_config import HydraConfig


def describe_environment(
    device: torch.device, engine: str, seed: int, start: datetime
) -> dict[str, str]:
    """Everything needed to repeat a comparison, by name."""
    seconds = (datetime.now().astimezone() - start).total_seconds()
    environment = {
        "command": " ".join(["python scripts/compare.py", *HydraConfig.get().overrides.task]),
        "date": f"{start:%Y-%m-%d %H:%M %Z}, took {seconds:.0f} s",
        "machine": describe_machine(device),
        "threads": str(torch.get_num_threads()),
        "versions": ", ".join(f"{name} {version(name)}" for name in ("elman", "torch", "numpy"))
        + f", Python {platform.python_version()}",
        "engine of elman.RNN": engine,
        "float32 matmul precision": torch.get_float32_matmul_precision(),
        "seed": str(seed),
    }
    if device.type == "cuda":
        environment["host processor"] = describe_machine(torch.device("cpu"))
        # TF32 rounds the factors of float32 products to 11 bits.
        environment["TF32 in cuDNN"] = str(torch.backends.cudnn.allow_tf32)
        environment["TF32 in other products"] = str(torch.backends.cuda.matmul.allow_tf32)
    return environment


def describe_machine(device: torch.device) -> str:
    """The name of the GPU, or the processor's model, cores and instruction set.

    The number of threads is added if it differs from that of the cores.
    """
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    # The cores that this process may use.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    instruction_set = torch.backends.cpu.get_cpu_capability()
    threads = torch.get_num_threads()
    parts = [_processor_model(), f"{cores} core{'s' * (cores != 1)}", instruction_set]
    if threads != cores:
        parts.append(f"{threads} thread{'s' * (threads != 1)}")
    return ", ".join(parts)


def _processor_model() -> str:
    """The model name if the system reports one, otherwise the architecture."""
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
