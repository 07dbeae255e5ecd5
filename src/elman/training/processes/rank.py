"""The place of this process among those that train together."""

import os

from torch.distributed import is_torchelastic_launched


def rank_given() -> int | None:
    """The number that another process of the same training gave this one when it started it.

    None: there was none. `torchrun` and Slurm, which start all processes, train in none of them.
    """
    if is_torchelastic_launched() or "LOCAL_RANK" not in os.environ:
        return None
    return int(os.environ["LOCAL_RANK"])
