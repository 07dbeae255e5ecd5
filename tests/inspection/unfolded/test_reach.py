"""How far back the gradients of one sequence reach."""

import pytest
import torch

import elman
from elman.inspection.gradient_flow import GradientFlow, gradient_flow
from elman.inspection.unfolded.reach import reach


def test_the_profile_has_the_quantiles_of_each_lag(flow: GradientFlow) -> None:
    cell = flow.cells[0]
    reached, G = reach(cell), cell.G[..., 0]
    assert reached.profile is not None
    for k in range(11):
        of_lag = torch.stack([G[s, s - k] for s in range(k, 11)])
        for name, q in (("low", 0.1), ("median", 0.5), ("high", 0.9)):
            value = getattr(reached.profile, name)[k]
            assert value == pytest.approx(float(of_lag.quantile(q)), rel=1e-12)
    total = sum(G[s, s - k] for k in range(11) for s in range(k, 11))
    length = reached.length
    assert length is not None
    held = [sum(G[s, s - k] for k in range(n + 1) for s in range(k, 11)) for n in range(11)]
    assert held[length] >= 0.95 * total > held[length - 1]
    assert f"It looks {length} time steps back: 95 % of" in reached.sentence
    assert cell.slope is not None
    assert reached.saturation == (cell.slope[:, 0] < 0.1).double().mean(1).tolist()


def test_a_lag_has_two_sides_if_a_cost_depends_on_later_states() -> None:
    torch.manual_seed(0)
    rnn = elman.RNN(2, 3, num_layers=2, bidirectional=True)
    flow = gradient_flow(rnn, torch.randn(6, 1, 2), lambda output: output[0].sum(-1))
    for cell in flow.cells:
        profile, G = reach(cell).profile, cell.G[..., 0]
        assert profile is not None
        for k in range(1, 6):
            of_lag = torch.cat([G.diagonal(-k), G.diagonal(k)])
            of_lag = of_lag[of_lag > 0]
            median = float(of_lag.quantile(0.5))
            assert profile.median[k] == pytest.approx(median, rel=1e-12)


def test_one_cost_has_one_gradient_at_each_lag() -> None:
    torch.manual_seed(0)
    flow = gradient_flow(
        elman.RNN(2, 3), torch.randn(6, 1, 2), lambda output: output[1].sum((0, 2)).unsqueeze(0)
    )
    profile, G = reach(flow.cells[0]).profile, flow.cells[0].G[0, :, 0]
    assert profile is not None
    assert profile.low == profile.median == profile.high == G.flip(0).tolist()
