from pathlib import Path

import pytest
import torch

from elman.tasks.digits.data import DigitRowData
from elman.tasks.digits.permuted_rows import PermutedDigitRowData


def rows(data: DigitRowData) -> tuple[torch.Tensor, torch.Tensor]:
    data.setup()
    [batch] = data.test_dataloader()
    return data.on_after_batch_transfer(batch, 0)


def test_all_images_have_the_same_permutation_of_their_pixels(pictures: Path) -> None:
    arguments = {"path": str(pictures), "validation": 20, "test": 20}
    plain, digits = rows(DigitRowData(**arguments))  # type: ignore[arg-type]
    permuted, same_digits = rows(PermutedDigitRowData(**arguments))
    again, _ = rows(PermutedDigitRowData(**arguments))
    other, _ = rows(PermutedDigitRowData(permutation=1, **arguments))
    assert permuted.shape == (28, 20, 28)
    assert torch.equal(digits, same_digits)
    assert torch.equal(permuted, again)
    assert not torch.equal(permuted, other)

    before, after = (X.transpose(0, 1).flatten(1).T for X in (plain, permuted))  # (784, B)
    # Each pixel, with its values in all images, is at one other place.
    assert not torch.equal(before, after)
    assert sorted(before.tolist()) == sorted(after.tolist())


def test_a_bad_seed_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^data.permutation must be from 0 to 4294967295, got -1"):
        PermutedDigitRowData(permutation=-1)
