import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from elman.inspection.neurons.terms import largest_terms

SIZE = st.integers(1, 6)


@given(SIZE, SIZE, SIZE, st.integers(1, 8), st.integers(0, 2**32))
def test_the_terms_and_the_rest_are_the_sum(
    N: int, out: int, into: int, count: int, seed: int
) -> None:
    random = torch.Generator().manual_seed(seed)
    W = torch.randn(out, into, dtype=torch.float64, generator=random)
    v = torch.randn(N, into, dtype=torch.float64, generator=random)
    terms = largest_terms(W, v, count)
    assert terms.k.shape == (N, out, min(count, into))
    torch.testing.assert_close(terms.product.sum(-1) + terms.rest, v @ W.T, atol=1e-13, rtol=0)
    for n in range(N):
        for j in range(out):
            products = [float(W[j, k] * v[n, k]) for k in range(into)]
            k = terms.k[n, j].tolist()
            assert [abs(products[each]) for each in k] == pytest.approx(
                sorted(map(abs, products), reverse=True)[:count]
            )
            assert torch.equal(terms.w[n, j], W[j, k])
            assert torch.equal(terms.v[n, j], v[n, k])
            torch.testing.assert_close(terms.product[n, j], W[j, k] * v[n, k])
