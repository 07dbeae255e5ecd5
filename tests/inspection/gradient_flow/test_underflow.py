import torch
from torch import nn

import elman
from elman.inspection.gradient_flow import gradient_flow, underflow


def test_what_is_lost_is_marked() -> None:
    rnn = elman.RNN(1, 1, bias=False, bidirectional=True)
    for cell in rnn.cells:
        nn.init.constant_(cell.V, 1e-20)
        nn.init.zeros_(cell.U)
    lengths = torch.tensor([30, 20])
    X = torch.zeros(30, 2, 1)
    padding = torch.arange(30).unsqueeze(1) >= lengths
    forward, backward = gradient_flow(
        rnn, (X, None, lengths), lambda output: output[0].sum(-1).masked_fill(padding, 0)
    ).cells
    for flow, sign in ((forward, 1), (backward, -1)):
        marks = underflow(flow)
        for s in range(30):
            for t in range(30):
                for b in range(2):
                    lag = sign * (s - t)
                    exists = lag >= 0 and max(s, t) < lengths[b]
                    assert marks.below_float32[s, t, b] == (exists and 2 <= lag <= 16)  # 1e-40
                    assert marks.zero[s, t, b] == (exists and lag > 16)  # below 5e-324


def test_a_single_cost() -> None:
    rnn = elman.RNN(1, 1, bias=False)
    nn.init.zeros_(rnn.V)
    (flow,) = gradient_flow(rnn, torch.zeros(3, 1, 1), lambda output: output[0][-1]).cells
    assert underflow(flow).zero.flatten().tolist() == [True, True, False]
