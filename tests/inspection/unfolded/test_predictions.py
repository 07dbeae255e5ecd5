"""What the network predicts."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from elman.inspection.unfolded.predictions import Entry, read_predictions


def softmax(O: NDArray[np.float64]) -> NDArray[np.float64]:
    exp = np.exp(O)
    return exp / exp.sum(-1, keepdims=True)


def test_the_largest_entries_and_the_target_of_each_step() -> None:
    torch.manual_seed(0)
    O = torch.randn(4, 1, 6, dtype=torch.float64)
    y = torch.tensor([[3], [0], [5], [2]])
    expected = softmax(O.numpy())[:, 0]
    for output in (O, (O, torch.zeros(1))):
        predictions = read_predictions(output, (y, torch.ones(4, 1)), "abcd")
        assert len(predictions) == 4
        for (largest, target, p), y_hat_t, y_t in zip(predictions, expected, y, strict=True):
            k = np.argsort(-y_hat_t)[:3].tolist()
            names = [*"abcd45"]
            assert [(entry.text, entry.target) for entry in largest] == [
                (names[i], i == y_t) for i in k
            ]
            assert [entry.p for entry in largest] == pytest.approx(y_hat_t[k], rel=1e-14)
            assert target == names[y_t]
            assert p == pytest.approx(y_hat_t[y_t], rel=1e-14)


def test_one_output_of_two_classes() -> None:
    O = torch.tensor([[0.0, np.log(3)]], dtype=torch.float64)
    [prediction] = read_predictions(O, torch.tensor([0]), ["no", "yes"])
    assert [entry[::2] for entry in prediction.largest] == [("yes", False), ("no", True)]
    assert [entry.p for entry in prediction.largest] == pytest.approx([0.75, 0.25])


def test_several_symbols_may_come_next() -> None:
    O = torch.log(torch.tensor([[[0.5, 0.2, 0.3]], [[0.1, 0.1, 0.8]]], dtype=torch.float64))
    y = torch.tensor([[[0.5, 0.0, 0.5]], [[0.0, 1.0, 0.0]]])
    first, second = read_predictions(O, y, "TPX")
    assert (first.target, second.target) == ("T/X", "P")
    assert (first.p, second.p) == pytest.approx((0.8, 0.1))
    assert [entry.target for entry in first.largest] == [True, True, False]
    assert first.largest[0] == Entry("T", pytest.approx(0.5), True)
