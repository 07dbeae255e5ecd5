"""Images of digits whose pixels are in another order, always the same one."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from elman.checks import check_seed
from elman.tasks.digits.csv_file import SIDE
from elman.tasks.digits.data import DigitRowData


class PermutedDigitRowData(DigitRowData):
    """Images as sequences of 28 rows of pixels, after one random permutation of all pixels.

    Neighbouring pixels are then far apart in time, so the network must remember more (Le et al.
    2015, who read one pixel a time step).

    Args:
        permutation: seed of the permutation.
        **digits: arguments of `DigitRowData`.

    Raises:
        TypeError, ValueError: an argument is out of range.
    """

    def __init__(self, permutation: int = 0, **digits: Any) -> None:
        super().__init__(**digits)
        check_seed("data.permutation", permutation)
        pixels = np.random.default_rng(permutation).permutation(SIDE**2)
        self.permuted = torch.from_numpy(pixels)

    def on_after_batch_transfer(
        self,
        batch: tuple[Tensor, Tensor],
        dataloader_idx: int,
    ) -> tuple[Tensor, Tensor]:
        """Permutes the pixels of a batch, after shifts, and splits images into rows."""
        X, digits = super().on_after_batch_transfer(batch, dataloader_idx)
        a = X.transpose(0, 1).flatten(1)  # (T, B, I) → (B, T·I)
        a = a[:, self.permuted.to(a.device)]
        return a.view(-1, SIDE, SIDE).transpose(0, 1), digits  # (B, T·I) → (T, B, I)
