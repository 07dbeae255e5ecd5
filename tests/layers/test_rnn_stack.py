import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from elman import RNN, LayerNormRNNCell, RNNStack


def stack(**options: bool) -> RNNStack:
    return RNNStack(
        RNN(3, 8, bidirectional=True, **options),  # type: ignore[arg-type]
        RNN(16, 5, num_layers=2, nonlinearity="relu", **options),  # type: ignore[arg-type]
        RNN(5, 2, cell=LayerNormRNNCell, **options),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("lengths", [None, torch.tensor([4, 0])])
def test_equals_its_layers_in_sequence(lengths: torch.Tensor | None) -> None:
    rnn = stack()
    X = torch.randn(4, 2, 3)
    hx = [torch.randn(2, 2, 8), torch.randn(2, 2, 5), torch.randn(1, 2, 2)]
    output, h_n = rnn(X, hx, lengths)
    expected = X
    for layer, h_0, h in zip(rnn.layers, hx, h_n, strict=True):
        expected, last = layer(expected, h_0, lengths)
        assert torch.equal(h, last)
    assert torch.equal(output, expected)
    assert output.shape == (4, 2, 2)


def test_batch_first_and_one_sequence() -> None:
    rnn = stack(batch_first=True)
    assert rnn(torch.randn(2, 4, 3))[0].shape == (2, 4, 2)
    assert rnn(torch.randn(4, 3))[0].shape == (4, 2)


def test_equal_layers_equal_an_rnn_with_num_layers() -> None:
    rnn = RNN(3, 4, num_layers=2)
    rows = [RNN(3, 4), RNN(4, 4)]
    for row, cell in zip(rows, rnn.cells, strict=True):
        row.cells[0].load_state_dict(cell.state_dict())
    X = torch.randn(5, 2, 3)
    output, h_n = RNNStack(*rows)(X)
    expected, last = rnn(X)
    torch.testing.assert_close((output, torch.cat(h_n)), (expected, last))


def test_dropout_between_layers_in_training_only() -> None:
    rnn = RNNStack(RNN(3, 4), RNN(4, 2), dropout=1.0)
    X = torch.randn(5, 2, 3)
    dropped = rnn(X)[0]
    torch.testing.assert_close(
        dropped, rnn(torch.randn(5, 2, 3))[0]
    )  # the second layer gets only zeros
    assert not torch.equal(rnn.eval()(X)[0], dropped)


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match="RNNStack needs at least one layer"):
        RNNStack()
    with pytest.raises(ValueError, match=r"layers\[1\] must have input_size=4, .* got 5"):
        RNNStack(RNN(3, 4), RNN(5, 2))
    with pytest.raises(ValueError, match=r"layers\[1\] must have batch_first=False"):
        RNNStack(RNN(3, 4), RNN(4, 2, batch_first=True))
    with pytest.raises(ValueError, match="dropout must be a number from 0 to 1"):
        RNNStack(RNN(3, 4), dropout=-1)
    with pytest.raises(ValueError, match="hx must have 1 states, one for each layer, got 2"):
        RNNStack(RNN(3, 4))(torch.zeros(5, 2, 3), [torch.zeros(1, 2, 4)] * 2)


@pytest.mark.parametrize("dropout", [0.0, 1.0])
def test_packed_sequences(dropout: float) -> None:
    rnn = RNNStack(RNN(3, 4), RNN(4, 5, bidirectional=True), dropout=dropout)
    X = torch.randn(6, 2, 3)
    lengths = torch.tensor([3, 6])
    packed = pack_padded_sequence(X, lengths, enforce_sorted=False)
    output, h_n = rnn(packed)
    expected, last = rnn(X, lengths=lengths)
    torch.testing.assert_close(pad_packed_sequence(output)[0], expected)
    torch.testing.assert_close(h_n, last)
