import pytest
import torch

import elman
from elman.inspection.gradient_flow import gradient_flow, saturation


def test_the_share_and_the_mean_of_the_slopes() -> None:
    torch.manual_seed(0)
    rnn = elman.RNN(2, 5, dtype=torch.float64)
    X, lengths = 4 * torch.randn(6, 2, 2).double(), torch.tensor([6, 4])
    (flow,) = gradient_flow(rnn, (X, None, lengths), lambda output: output[0].sum(-1)).cells
    found = saturation(flow, threshold=0.3)
    h, _ = rnn(X)
    slope = 1 - h.detach() ** 2
    for t in range(6):
        for b in range(2):
            if t < lengths[b]:
                assert found.share[t, b].item() == (slope[t, b] < 0.3).sum().item() / 5
                torch.testing.assert_close(found.mean[t, b], slope[t, b].mean())
            else:
                assert found.share[t, b].isnan()
                assert found.mean[t, b].isnan()
    assert 0 < found.share.nanmean() < 1


def test_bad_arguments() -> None:
    rnn = elman.RNN(2, 5, nonlinearity=torch.nn.functional.softplus)
    (flow,) = gradient_flow(rnn, torch.randn(4, 1, 2), lambda output: output[0].sum(-1)).cells
    with pytest.raises(ValueError, match=r"the slope f′ of cells\.0 is not known"):
        saturation(flow)
    with pytest.raises(ValueError, match="threshold must be a number greater than zero, got 0"):
        saturation(flow, 0)
