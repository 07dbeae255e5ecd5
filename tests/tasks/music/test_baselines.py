import math

import pytest
import torch

from elman.tasks.music.baselines import frequency_nll


def test_two_notes_by_hand() -> None:
    # Note 0 sounds in every second step, so it always changes; note 1 always sounds.
    roll = torch.tensor([[0, 1], [1, 1], [0, 1], [1, 1], [0, 1]])
    nll = frequency_nll([roll], [roll])
    # Predicted steps: four; note 0 sounds in two of them, note 1 in four.
    expected = -math.log(3 / 6) - math.log(5 / 6)
    assert nll["independent"] == pytest.approx(expected)
    # After a step with note 0 (two of four) it never sounds; after one without, always.
    expected = -math.log(1 - 1 / 4) - math.log(5 / 6)
    assert nll["repeating"] == pytest.approx(expected)
