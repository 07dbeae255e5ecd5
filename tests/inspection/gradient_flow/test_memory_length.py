import numpy as np
import pytest
import torch
from torch import Tensor

import elman
from elman.inspection.gradient_flow import (
    CellFlow,
    gradient_flow,
    gradient_ratio,
    has_lags,
    lag_profile,
    memory_length,
    profile_quantiles,
)
from elman.inspection.gradient_flow.memory_length import QUANTILES


def flow_of(G: Tensor, lengths: list[int] | None = None, *, backward: bool = False) -> CellFlow:
    _, T, B = G.shape
    rnn = elman.RNN(1, 1)
    (flow,) = gradient_flow(rnn, torch.zeros(2, 1, 1), lambda output: output[0].sum(-1)).cells
    padding = torch.arange(T).unsqueeze(1) >= torch.tensor(lengths or [T] * B)
    return flow._replace(G=G, padding=padding, backward=backward, aligned=len(G) == T)


def test_the_profile_sums_over_all_pairs_of_one_lag() -> None:
    torch.manual_seed(0)
    G = torch.rand(5, 5, 3).double()
    profile = lag_profile(flow_of(G))
    for k in range(5):
        pairs = [G[s, t] for s in range(5) for t in range(5) if abs(s - t) == k]
        torch.testing.assert_close(profile[k], torch.stack(pairs).sum(0), rtol=1e-14, atol=0)


@pytest.mark.parametrize("backward", [False, True])
def test_the_lag_of_a_single_cost_counts_from_the_last_state(backward: bool) -> None:
    G = torch.tensor([[1.0, 2, 3, 0], [4, 5, 6, 7]]).T.unsqueeze(0)  # (1, 4, 2)
    profile = lag_profile(flow_of(G, [3, 4], backward=backward))
    expected = [[1, 2, 3, 0], [4, 5, 6, 7]] if backward else [[3, 2, 1, 0], [7, 6, 5, 4]]
    assert profile.T.tolist() == expected


def test_the_smallest_lag_that_holds_the_share() -> None:
    G = torch.zeros(1, 4, 3)
    G[0, :, 0] = torch.tensor([1.0, 0, 0, 99])  # lag 3: 1 %, lag 0: 99 %
    G[0, :, 1] = torch.tensor([10.0, 0, 40, 50])
    flow = flow_of(G)
    assert memory_length(flow).tolist() == [0, 3, 0]
    assert memory_length(flow, share=0.9).tolist() == [0, 1, 0]
    assert memory_length(flow, share=1).tolist() == [3, 3, 0]


def test_a_network_that_halves_the_gradient_at_every_step() -> None:
    rnn = elman.RNN(1, 1, nonlinearity="relu", dtype=torch.float64)
    with torch.no_grad():
        for weight, value in ((rnn.U, 1), (rnn.V, 0.5), (rnn.b, 0)):
            weight.fill_(value)  # type: ignore[union-attr]
    X = torch.ones(20, 1, 1).double()
    (flow,) = gradient_flow(rnn, X, lambda output: output[0][-1]).cells
    torch.testing.assert_close(lag_profile(flow)[:, 0], 0.5 ** torch.arange(20).double())
    assert memory_length(flow).tolist() == [4]  # 1 − 0.5⁵ = 0.969, 1 − 0.5⁴ = 0.938


def test_quantiles_over_the_batch() -> None:
    lengths = [3] * 10 + [2] * 20
    flow = flow_of(torch.rand(4, 4, 30, dtype=torch.float64), lengths)
    found, profile = profile_quantiles(flow), lag_profile(flow).numpy()
    for k, long_enough in ((0, 30), (1, 30), (2, 10)):
        expected = np.quantile(profile[k, :long_enough], QUANTILES)
        np.testing.assert_allclose(found[:, k], expected, rtol=1e-14)
    assert found[:, 3].isnan().all()


@pytest.mark.parametrize("backward", [False, True])
def test_the_part_of_the_gradient_that_reaches_the_first_state(backward: bool) -> None:
    G = torch.rand(4, 4, 2)
    ratio = gradient_ratio(flow_of(G, [3, 4], backward=backward))
    near, far = ([0, 0], [2, 3]) if backward else ([2, 3], [0, 0])
    expected = [float(G[near[b], far[b], b] / G[near[b], near[b], b]) for b in range(2)]
    assert ratio.tolist() == pytest.approx(expected)
    single = gradient_ratio(flow_of(G[:1], [3, 4], backward=backward))
    expected = [float(G[0, far[b], b] / G[0, near[b], b]) for b in range(2)]
    assert single.tolist() == pytest.approx(expected)


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match=r"of cells\.0, but the 3 costs are not those of its 5"):
        lag_profile(flow_of(torch.rand(3, 5, 2)))
    with pytest.raises(ValueError, match=r"of cells\.0, but the 3 costs are not those of its 5"):
        gradient_ratio(flow_of(torch.rand(3, 5, 2)))
    assert not has_lags(flow_of(torch.rand(3, 5, 2)))
    with pytest.raises(ValueError, match="share must be a number from 0 to 1, got 95"):
        memory_length(flow_of(torch.rand(5, 5, 2)), 95)
