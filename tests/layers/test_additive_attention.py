import numpy as np
import pytest
import torch

from elman.layers import AdditiveAttention

T, S, B, H, M, A = 3, 4, 2, 5, 6, 7


def test_equations() -> None:
    torch.manual_seed(0)
    attention = AdditiveAttention(H, M, A, dtype=torch.float64)
    h_t = torch.randn(T, B, H, dtype=torch.float64)
    h_s = torch.randn(S, B, M, dtype=torch.float64)
    lengths = [4, 2]
    mask = torch.arange(S).unsqueeze(1) < torch.tensor(lengths)
    context, α = attention(h_t, h_s, attention.keys(h_s), mask)

    W_a, U_a, v = (p.detach().numpy() for p in (attention.W_a, attention.U_a, attention.v))
    for t in range(T):
        for b in range(B):
            e = [
                v @ np.tanh(W_a @ h_t[t, b].numpy() + U_a @ h_s[s, b].numpy())
                for s in range(lengths[b])
            ]
            expected = np.exp(e) / np.exp(e).sum()
            np.testing.assert_allclose(
                α[t, b, : lengths[b]].detach().numpy(), expected, rtol=0, atol=1e-12
            )
            assert (α[t, b, lengths[b] :] == 0).all()
            read = sum(expected[s] * h_s[s, b].numpy() for s in range(lengths[b]))
            np.testing.assert_allclose(context[t, b].detach().numpy(), read, rtol=0, atol=1e-12)


def test_padding_has_no_effect_and_no_gradient() -> None:
    attention = AdditiveAttention(H, M, A)
    h_t, h_s = torch.randn(T, 1, H), torch.randn(S, 1, M)
    mask = torch.tensor([True, True, False, False]).unsqueeze(1)
    other = h_s.clone()
    other[2:] = 100.0
    other.requires_grad_()
    context, _ = attention(h_t, other, attention.keys(other), mask)
    torch.testing.assert_close(context, attention(h_t, h_s, attention.keys(h_s), mask)[0])
    context.sum().backward()
    assert other.grad is not None
    assert (other.grad[2:] == 0).all()
    assert (other.grad[:2] != 0).any()


@pytest.mark.parametrize("argument", ["hidden_size", "memory_size", "attention_size"])
def test_bad_sizes(argument: str) -> None:
    sizes = {"hidden_size": H, "memory_size": M, "attention_size": A, argument: 0}
    with pytest.raises(ValueError, match=f"{argument} must be greater than zero, got 0"):
        AdditiveAttention(**sizes)


def test_repr_shows_the_sizes() -> None:
    assert repr(AdditiveAttention(H, M, A)) == "AdditiveAttention(5, 6, 7)"
