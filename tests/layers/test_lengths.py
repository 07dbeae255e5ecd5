import torch

from elman.layers.lengths import ended_steps, last_state, reverse

LENGTHS = torch.tensor([3, 0, 4])
X = torch.arange(1.0, 13.0).view(4, 3, 1)  # X[t, b] = 3t + b + 1


def test_a_sequence_has_ended_from_its_length_on() -> None:
    assert ended_steps(LENGTHS, 4).squeeze(2).tolist() == [
        [False, True, False],
        [False, True, False],
        [False, True, False],
        [True, True, False],
    ]


def test_the_last_state_is_at_each_sequence_s_end() -> None:
    h_0 = torch.full((3, 1), -1.0)
    assert last_state(X, h_0, LENGTHS).flatten().tolist() == [7, -1, 12]
    assert last_state(X, h_0, None).flatten().tolist() == [10, 11, 12]
    assert last_state(X[:0], h_0, torch.zeros(3, dtype=torch.int64)) is h_0


def test_each_sequence_is_reversed_within_its_length() -> None:
    turned = reverse(X, LENGTHS).squeeze(2)
    assert turned[:3, 0].tolist() == [7, 4, 1]
    assert turned[:, 2].tolist() == [12, 9, 6, 3]
    assert torch.equal(reverse(X, None), X.flip(0))


def test_to_reverse_twice_changes_nothing() -> None:
    assert torch.equal(reverse(reverse(X, LENGTHS), LENGTHS), X)
