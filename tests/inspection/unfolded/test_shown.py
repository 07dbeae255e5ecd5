"""What the page shows of a network's flow."""

import math

import pytest
import torch

import elman
from elman.inspection.gradient_flow import GradientFlow, gradient_flow
from elman.inspection.unfolded.example import Example
from elman.inspection.unfolded.predictions import Prediction, read_predictions
from elman.inspection.unfolded.shown import UNITS, shown_cells
from elman.networks.encoder_decoder import EncoderDecoder
from elman.networks.language_model import LanguageModel
from elman.networks.sequence_classifier import SequenceClassifier


def close(numbers: object, expected: torch.Tensor, rtol: float) -> None:
    torch.testing.assert_close(
        torch.tensor(numbers, dtype=torch.float64), expected, rtol=rtol, atol=0.0
    )


def test_the_numbers_are_those_of_the_flow(
    network: LanguageModel, example: Example, flow: GradientFlow
) -> None:
    for layer, (shown, cell) in enumerate(
        zip(shown_cells(flow, network, example, 50), flow.cells, strict=True)
    ):
        assert shown.name == f"rnn, layer {layer + 1}"
        assert (shown.times, shown.size) == ([*range(1, 12)], 10)
        assert shown.tokens == example.texts[0]
        assert shown.predictions == [None] * 11
        assert [cost.s for cost in shown.costs] == [t + 1 for t in range(11)]
        assert [cost.t for cost in shown.costs] == [*range(11)]
        close([cost.C for cost in shown.costs], 11 * flow.costs[:, 0], 1e-15)
        units = shown.units
        assert len(units) == UNITS
        assert units == sorted(set(units))
        assert cell.slope is not None
        close(shown.h, cell.h[:, 0, units], 1e-4)
        close(shown.slope, cell.slope[:, 0, units], 1e-4)
        close(shown.norm, cell.h[:, 0].norm(dim=1), 1e-4)
        close(shown.G, cell.G[..., 0], 1e-4)
        close(shown.all, cell.gradient[:, 0].norm(dim=1), 1e-4)
        assert cell.own is not None
        close(shown.through, (cell.gradient - cell.own)[:, 0].norm(dim=1), 1e-4)
        assert shown.through[-1] == 0  # no later time step
        close(shown.gradient, cell.gradient[:, 0, units], 1e-8)
        close(shown.backpropagated, cell.backpropagated[:, 0, units], 1e-8)


def test_the_shown_units_vary_most(
    network: LanguageModel, example: Example, flow: GradientFlow
) -> None:
    variance = flow.cells[1].h[:, 0].var(0)
    units = shown_cells(flow, network, example, 50)[1].units
    others = [unit for unit in range(10) if unit not in units]
    assert variance[units].min() > variance[others].max()


def test_a_long_sequence_is_cut_to_its_last_steps(
    network: LanguageModel, example: Example, flow: GradientFlow
) -> None:
    [whole, _], [cut, _] = (shown_cells(flow, network, example, steps) for steps in (50, 4))
    assert cut.times == [8, 9, 10, 11]
    assert (cut.tokens, cut.norm, cut.all) == (whole.tokens[7:], whole.norm[7:], whole.all[7:])
    assert [cost.s for cost in cut.costs] == [8, 9, 10, 11]
    assert [cost.t for cost in cut.costs] == [0, 1, 2, 3]
    assert [row[7:] for row in whole.G[7:]] == cut.G
    assert cut.reach == whole.reach


def test_a_direction_from_the_end_is_shown_in_the_order_it_reads() -> None:
    torch.manual_seed(0)
    network = SequenceClassifier(1, 3, 2, lambda I, H: elman.RNN(I, H, bidirectional=True))
    X = torch.randn(5, 1, 1)
    cost = torch.nn.functional.cross_entropy
    flow = gradient_flow(network, X, lambda O: cost(O, torch.tensor([1])).unsqueeze(0))
    example = Example(X, torch.tensor([1]), [], [], "numbers")
    ahead, back = shown_cells(flow, network, example, 50)
    assert (ahead.name, back.name) == ("rnn, layer 1, from the start", "rnn, layer 1, from the end")
    numbers = [f"{x:.2g}" for x in X.flatten().tolist()]
    assert (ahead.tokens, back.tokens) == (numbers, numbers[::-1])
    close(back.norm, flow.cells[1].h[:, 0].norm(dim=1).flip(0), 1e-4)
    close(back.G, flow.cells[1].G[..., 0].flip(1), 1e-4)
    [only] = back.costs
    assert (only.s, only.t) == (None, 4)
    assert back.times == [5, 4, 3, 2, 1]
    assert back.reach.length is not None


def test_a_cost_of_another_layer_belongs_to_no_step() -> None:
    torch.manual_seed(0)
    network = EncoderDecoder(6, 4, 3, elman.RNN, attention_size=2)
    x, y = torch.tensor([[1, 2, 3, 4]]).T, torch.tensor([[1, 2, 3]]).T
    inputs = x, torch.tensor([4]), y
    flow = gradient_flow(network, inputs, lambda O: O[..., 0])
    cells = shown_cells(flow, network, Example(inputs, y, [], [], "a pair"), 50)
    [decoder] = [cell for cell in cells if cell.name.startswith("decoder")]
    encoder = [cell for cell in cells if cell.name.startswith("encoder")]
    assert [cost.t for cost in decoder.costs] == [0, 1, 2]
    assert [[cost.t for cost in cell.costs] for cell in encoder] == [[None] * 3] * 2
    assert encoder[0].reach.profile is None
    assert "another layer" in encoder[0].reach.sentence
    assert decoder.tokens == ["1", "2", "3"]


def test_the_predictions_stand_at_their_time_steps(
    network: LanguageModel,
    example: Example,
    flow: GradientFlow,
    predictions: list[Prediction],
) -> None:
    for shown in shown_cells(flow, network, example, 4, predictions):
        assert shown.predictions == predictions[-4:]


def test_the_prediction_of_a_classifier_stands_at_the_last_step() -> None:
    network = SequenceClassifier(2, 3, 2, elman.RNN)
    X, y = torch.randn(5, 1, 2), torch.tensor([1])
    cost = torch.nn.functional.cross_entropy
    flow = gradient_flow(network, X, lambda O: cost(O, y).unsqueeze(0))
    predictions = read_predictions(flow.output, y, ["no", "yes"])
    [cell] = shown_cells(flow, network, Example(X, y, [], [], ""), 3, predictions)
    assert cell.predictions == [None, None, *predictions]
    assert cell.predictions[-1].target == "yes"
    assert math.exp(-cell.costs[0].C) == pytest.approx(predictions[0].p, rel=1e-12)


def test_encoder_and_decoder_show_their_own_texts() -> None:
    network = EncoderDecoder(6, 4, 3, elman.RNN, attention_size=2)
    x, y = torch.tensor([[1, 2, 3]]).T, torch.tensor([[1, 4, 5]]).T  # of the same length
    inputs = x, torch.tensor([3]), y
    flow = gradient_flow(network, inputs, lambda O: O[..., 0])
    example = Example(inputs, y, [["a", "b", "c"], ["A", "D", "E"]], [], "a pair")
    predictions = read_predictions(flow.output, y, "012345")
    for cell in shown_cells(flow, network, example, 50, predictions):
        decodes = cell.name.startswith("decoder")
        backward = cell.name.endswith("from the end")
        assert cell.tokens == ([*"ADE"] if decodes else [*"cba"] if backward else [*"abc"])
        assert cell.predictions == (predictions if decodes else [None] * 3)


def test_a_cell_alone() -> None:
    torch.manual_seed(0)

    class Steps(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = elman.RNNCell(2, 3)

        def forward(self, X: torch.Tensor) -> torch.Tensor:
            h, states = None, []
            for X_t in X:
                h = self.cell(X_t, h)
                states.append(h)
            return torch.stack(states)

    X = torch.randn(4, 1, 2)
    [cell] = shown_cells(
        gradient_flow(Steps(), X, lambda h: h[..., 0]), Steps(), Example(X, 0, [], [], ""), 9
    )
    assert cell.name == "cell"
    assert cell.tokens == [f"{a:.2g} {b:.2g}" for a, b in X[:, 0].tolist()]


class Tagger(torch.nn.Module):
    """Two directions with a cost at each time step."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = elman.RNN(2, 3, num_layers=2, bidirectional=True)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        h: torch.Tensor = self.rnn(X)[0]
        return h.sum(-1)


def test_a_cost_at_each_step_of_two_directions() -> None:
    torch.manual_seed(0)
    X = torch.randn(6, 1, 2)
    flow = gradient_flow(Tagger(), X, lambda O: O)
    cells = shown_cells(flow, Tagger(), Example(X, 0, [], [], ""), 4)
    back = cells[3]
    assert back.times == [4, 3, 2, 1]
    assert [(cost.s, cost.t) for cost in back.costs] == [(4, 0), (3, 1), (2, 2), (1, 3)]
    G = torch.tensor(back.G, dtype=torch.float64)
    assert not G.triu(1).any()
    close(back.G, flow.cells[3].G[[3, 2, 1, 0]][:, [3, 2, 1, 0], 0], 1e-4)
