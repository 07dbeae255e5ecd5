"""The texts of what a network reads."""

import torch

from elman.inspection.unfolded.texts import texts_of


def test_indices() -> None:
    x = torch.tensor([[0], [2], [1], [3]])
    assert texts_of(x, "a \n") == ["a", "↵", "␣", "3"]
    assert texts_of(x, ()) == ["0", "2", "1", "3"]
    assert texts_of(x.T, ()) is None  # a batch of four


def test_one_hot_vectors() -> None:
    X = torch.eye(4)[[2, 0, 3]].unsqueeze(1)
    X[2] = 0  # no symbol
    assert texts_of(X, ["no", "yes", "go"]) == ["go", "no", ""]
    assert texts_of(X, ()) == ["2", "0", ""]


def test_a_few_numbers() -> None:
    X = torch.tensor([[[0.531, 1.0]], [[0.25, 0.0]]])
    assert texts_of(X, ()) == ["0.53 1", "0.25 0"]
    assert texts_of(X[..., :1], ()) == ["0.53", "0.25"]
    assert texts_of(torch.tensor([[[1.0]], [[0.0]]]), "ab") == ["1", "0"]  # not one-hot
    assert texts_of(torch.rand(3, 1, 4), ()) is None
    assert texts_of(torch.rand(3, 4), ()) is None
