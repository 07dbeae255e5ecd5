"""What a type checker makes of the layers' calls: `make check` reads this, nothing runs it."""

from typing import assert_type

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_sequence

import elman
from elman.layers import AdditiveAttention, Conv2d

X = torch.randn(5, 2, 3)
packed = pack_sequence([torch.randn(5, 3), torch.randn(2, 3)])
lengths = torch.tensor([5, 2])

rnn = elman.RNN(3, 4)
assert_type(rnn(X), tuple[Tensor, Tensor])
assert_type(rnn(X, torch.zeros(1, 2, 4), lengths), tuple[Tensor, Tensor])
assert_type(rnn(X, lengths=lengths, layers="all"), tuple[Tensor, Tensor])
assert_type(rnn(packed), tuple[PackedSequence, Tensor])
assert_type(rnn(packed, torch.zeros(1, 2, 4)), tuple[PackedSequence, Tensor])
assert_type(rnn.states(X), Tensor)
assert_type(rnn.final_state(X), Tensor)
assert_type(rnn.U, torch.nn.Parameter)

stack = elman.RNNStack(elman.RNN(3, 4), elman.RNN(4, 5))
assert_type(stack(X, None, lengths), tuple[Tensor, tuple[Tensor, ...]])
assert_type(stack(packed), tuple[PackedSequence, tuple[Tensor, ...]])

assert_type(elman.RNNCell(3, 4)(X[0]), Tensor)
assert_type(elman.LayerNormRNNCell(3, 4)(X[0], torch.zeros(2, 4)), Tensor)
assert_type(elman.VariationalRNNCell(3, 4, dropout=0.1)(X[0]), Tensor)
assert_type(elman.Dense(3, 4)(X), Tensor)
assert_type(elman.Readout(3, 4)(X), Tensor)
assert_type(Conv2d(1, 2, 3)(X.unsqueeze(1)), Tensor)
attention = AdditiveAttention(4, 4, 4)
assert_type(attention(X, X, X, lengths), tuple[Tensor, Tensor])


class LeakyCell(elman.RNNCell):
    """A cell of one's own keeps the types."""

    def step(self, X_t: Tensor, h_previous: Tensor) -> Tensor:
        return 0.9 * h_previous + 0.1 * super().step(X_t, h_previous)


assert_type(LeakyCell(3, 4)(X[0]), Tensor)
assert_type(elman.RNN(3, 4, cell=LeakyCell)(X), tuple[Tensor, Tensor])

rnn(X, layers="first")  # type: ignore[call-overload]  # what is wrong is found
rnn([1.0])  # type: ignore[call-overload]
elman.Dense(3, 4)()  # type: ignore[call-arg]
