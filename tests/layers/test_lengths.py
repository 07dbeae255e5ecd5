import torch

from elman.layers.lengths import last_state, make_padding_mask, reverse

LENGTHS = torch.tensor([3, 0, 4])
X = torch.arange(1.0, 13.0).view(4, 3, 1)  # X[t, b] = 3t + b + 1


def test_time_steps_from_the_length_on_are_padding() -> None:
    assert make_padding_mask(LENGTHS, 4).squeeze(2).tolist() == [
        [False, True, False],
        [False, True, False],
        [False, True, False],
        [True, True, False],
    ]


def test_the_last_state_is_at_the_length_of_each_sequence() -> None:
    h_0 = torch.full((3, 1), -1.0)
    assert last_state(X, h_0, LENGTHS).flatten().tolist() == [7, -1, 12]
    assert last_state(X, h_0, None).flatten().tolist() == [10, 11, 12]
    assert last_state(X[:0], h_0, torch.zeros(3, dtype=torch.int64)) is h_0


def test_each_sequence_is_reversed_within_its_length() -> None:
    reversed_X = reverse(X, LENGTHS).squeeze(2)
    assert reversed_X[:3, 0].tolist() == [7, 4, 1]
    assert reversed_X[:, 2].tolist() == [12, 9, 6, 3]
    assert torch.equal(reverse(X, None), X.flip(0))


def test_reversing_twice_changes_nothing() -> None:
    assert torch.equal(reverse(reverse(X, LENGTHS), LENGTHS), X)
