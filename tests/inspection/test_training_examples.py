from pathlib import Path
from typing import Any

import pytest
import torch

from elman.inspection.training_examples import training_examples, validation_examples
from elman.tasks.digits.data import DigitData
from elman.tasks.language.data import CharacterData


class Sequences(CharacterData):
    """Examples of two tensors each."""

    def prepare_data(self) -> None: ...

    def setup(self, stage: str | None = None) -> None: ...

    def train_dataloader(self) -> Any:
        return [((torch.zeros(3, 2), torch.ones(2)), torch.zeros(2))]


def test_an_example_must_be_one_tensor_with_a_class() -> None:
    with pytest.raises(ValueError, match=r"example of sequences\.txt must be one tensor with a"):
        training_examples(Sequences("sequences.txt"))


def test_the_validation_examples_keep_their_order(pictures: Path) -> None:
    data = DigitData(str(pictures), validation=20, test=20)
    inputs, y = validation_examples(data)
    expected_inputs, expected_y = data.images("validation")
    assert torch.equal(inputs, expected_inputs)
    assert torch.equal(y, expected_y)
