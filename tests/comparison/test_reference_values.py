import numpy as np
import pytest
import torch

from elman.comparison.reference_values import Weights, reference_values


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("num_layers", [1, 2, 3])
@pytest.mark.parametrize("f", ["tanh", "relu"])
def test_layers_and_directions_match_torch(num_layers: int, bidirectional: bool, f: str) -> None:
    torch.manual_seed(0)
    rnn = torch.nn.RNN(3, 4, num_layers, f, bidirectional=bidirectional, dtype=torch.float64)
    X = torch.randn(5, 2, 3, dtype=torch.float64, requires_grad=True)
    h_0 = torch.randn(len(rnn.all_weights), 2, 4, dtype=torch.float64, requires_grad=True)
    output, h_n = rnn(X, h_0)
    d_output, dh_n = torch.randn_like(output), torch.randn_like(h_n)
    torch.autograd.backward((output, h_n), (d_output, dh_n))

    weights = [
        Weights(w_ih.detach().numpy().T, w_hh.detach().numpy().T, (b_ih + b_hh).detach().numpy())
        for w_ih, w_hh, b_ih, b_hh in rnn.all_weights
    ]
    X_array, h_0_array = X.detach().numpy(), h_0.detach().numpy()
    reference = reference_values(
        X_array, h_0_array, weights, f, bidirectional, d_output.numpy(), dh_n.numpy()
    )
    close = {"rtol": 1e-12, "atol": 1e-12}
    np.testing.assert_allclose(reference.output, output.detach(), **close)
    np.testing.assert_allclose(reference.h_n, h_n.detach(), **close)
    np.testing.assert_allclose(reference.dX, X.grad, **close)
    for k, (gradients, (w_ih, w_hh, b_ih, _)) in enumerate(
        zip(reference.gradients, rnn.all_weights, strict=True)
    ):
        np.testing.assert_allclose(gradients.h_0, h_0.grad[k], **close)
        np.testing.assert_allclose(gradients.U, w_ih.grad.T, **close)
        np.testing.assert_allclose(gradients.V, w_hh.grad.T, **close)
        np.testing.assert_allclose(gradients.b, b_ih.grad, **close)


def test_smallest_preactivation() -> None:
    weights = Weights(np.array([[1.0]]), np.array([[1.0]]), np.array([0.5]))
    X, h_0 = np.array([[[2.0]], [[-3.2]]]), np.zeros((1, 1, 1))  # a_1 = 2.5, a_2 = −0.2
    reference = reference_values(
        X, h_0, [weights], "relu", False, np.ones_like(X), np.zeros_like(h_0)
    )
    assert reference.min_abs_a == pytest.approx(0.2)
