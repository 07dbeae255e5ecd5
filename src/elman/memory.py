"""Whether something fits into the memory, asked before it is allocated."""

import os
from contextlib import suppress
from pathlib import Path

import torch


def check_memory(needed: int, what: str, remedy: str, device: torch.device) -> None:
    """Checks that a device has so many bytes.

    Args:
        needed: bytes.
        what: the subject of the sentence, in the plural: "the gradients".
        remedy: what the user can change.
        device: where they would be allocated.

    Raises:
        ValueError: it has not; the message names both figures and the remedy.
    """
    available = available_memory(device)
    if available is not None and needed > available:
        raise ValueError(
            f"{what} need about {needed / 1e9:.3g} GB of memory, but {available / 1e9:.3g} GB are "
            f"available; {remedy}"
        )


def available_memory(device: torch.device) -> int | None:
    """The free memory of a device in bytes; None where the system does not tell."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return free
    with suppress(OSError, KeyError):  # Linux alone has this file
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        values = dict(line.split(":") for line in lines)
        return 1024 * int(values["MemAvailable"].split()[0])
    with suppress(AttributeError, OSError, ValueError):  # Windows has no sysconf
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")  # all that is installed
    return None
