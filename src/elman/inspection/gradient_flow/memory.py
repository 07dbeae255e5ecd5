"""Whether the gradients fit into the memory."""

import os
from pathlib import Path

import torch


def check_memory(needed: int, S: int, T: int, device: torch.device) -> None:
    """Raises ValueError if S costs and T time steps need more bytes than the device has."""
    available = available_memory(device)
    if available is not None and needed > available:
        raise ValueError(
            f"the gradients of {S:,} costs with respect to the states of {T:,} time steps need "
            f"about {needed / 1e9:.3g} GB of memory, but {available / 1e9:.3g} GB are available; "
            "give fewer time steps or fewer sequences"
        )


def available_memory(device: torch.device) -> int | None:
    """The free memory of a device in bytes; None where the system does not tell."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return free
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        values = dict(line.split(":") for line in lines)
        return 1024 * int(values["MemAvailable"].split()[0])
    except (OSError, KeyError):
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")  # all that is installed
    except (AttributeError, OSError, ValueError):
        return None
