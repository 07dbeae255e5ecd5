"""Where and with what a comparison was made."""

import platform
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import torch
from hydra.core.hydra_config import HydraConfig


def describe_setting(
    device: torch.device, engine: str, seed: int, began: datetime
) -> dict[str, str]:
    """What a reader must know to make the comparison again, by name."""
    seconds = (datetime.now().astimezone() - began).total_seconds()
    setting = {
        "command": " ".join(["python scripts/compare.py", *HydraConfig.get().overrides.task]),
        "when": f"{began:%Y-%m-%d %H:%M %Z}, for {seconds:.0f} s",
        "device": str(device),
        "processor": f"{processor()}, {torch.get_num_threads()} threads",
        "versions": ", ".join(f"{name} {version(name)}" for name in ("elman", "torch", "numpy"))
        + f", Python {platform.python_version()}",
        "engine of elman.RNN": engine,
        "seed": str(seed),
    }
    if device.type == "cuda":
        setting["device"] = torch.cuda.get_device_name(device)
        # With it cuDNN rounds the factors of float32 products to 11 bits.
        setting["TF32 in cuDNN"] = str(torch.backends.cudnn.allow_tf32)
        setting["TF32 in other products"] = str(torch.backends.cuda.matmul.allow_tf32)
    return setting


def processor() -> str:
    """The name of the processor, where the system tells it."""
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
