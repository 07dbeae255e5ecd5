import torch
from torch import Tensor

import elman
from elman.inspection.gradient_flow import gradient_flow, has_lags
from elman.networks import EncoderDecoder


def costs(output: tuple[Tensor, Tensor]) -> Tensor:
    return output[0].square().sum(-1)


def test_the_costs_of_a_layer_are_those_of_its_time_steps() -> None:
    torch.manual_seed(0)
    for bidirectional in (False, True):
        rnn = elman.RNN(3, 4, num_layers=3, bidirectional=bidirectional)
        flow = gradient_flow(rnn, torch.randn(5, 2, 3), costs)
        assert all(cell.aligned for cell in flow.cells)
        flow = gradient_flow(rnn, torch.randn(5, 2, 3), lambda output: costs(output)[1:])
        assert not any(cell.aligned for cell in flow.cells)
        flow = gradient_flow(rnn, torch.randn(5, 2, 3), lambda output: costs(output).flip(0))
        assert not any(cell.aligned for cell in flow.cells)


def test_the_costs_of_a_translator_are_not_those_of_its_encoder() -> None:
    torch.manual_seed(0)
    for attention_size in (None, 3):
        network = EncoderDecoder(9, 4, 5, elman.RNN, attention_size)
        inputs = torch.randint(9, (6, 2)), torch.tensor([6, 6]), torch.randint(9, (6, 2))
        flow = gradient_flow(network, inputs, lambda O: O.square().sum(-1))
        lags = {cell.name: has_lags(cell) for cell in flow.cells}
        assert lags == {
            "decoder.cells.0": True,
            "encoder.cells.0": False,
            "encoder.cells.1": False,
        }


def test_a_cell_by_itself() -> None:
    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder, self.decoder = elman.RNNCell(3, 4), elman.RNNCell(3, 4)

        def forward(self, X: Tensor) -> Tensor:
            h = torch.zeros(X.shape[1], 4, dtype=X.dtype)
            for X_t in X:
                h = self.encoder(X_t, h)
            return torch.stack([h := self.decoder(X_t, h) for X_t in X])

    torch.manual_seed(0)
    flow = gradient_flow(Network(), torch.randn(5, 2, 3), lambda h: h.square().sum(-1))
    assert [cell.aligned for cell in flow.cells] == [False, True]
