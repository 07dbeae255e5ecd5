"""The largest terms of a sum over many neurons, and what the others add up to."""

from typing import NamedTuple

from torch import Tensor


class Terms(NamedTuple):
    """The largest of the terms `w_k v_k` of each sum `Σ_k w_k v_k`.

    Attributes:
        k: which terms, the largest first, `(…, count)`.
        w: their weights, `(…, count)`.
        v: their values, `(…, count)`.
        product: `w v`, `(…, count)`.
        rest: the sum of all other terms, `(…)`.
    """

    k: Tensor
    w: Tensor
    v: Tensor
    product: Tensor
    rest: Tensor


def largest_terms(W: Tensor, v: Tensor, count: int) -> Terms:
    """The largest terms, without their signs, of each component of `W v`.

    Args:
        W: `(out, in)`.
        v: `(N, in)`.
        count: how many terms; all, if there are fewer.

    Returns:
        The terms of each component of each example: `(N, out, count)`, and the rest `(N, out)`.
    """
    products = W * v.unsqueeze(-2)  # (N, out, in)
    k = products.abs().topk(min(count, W.shape[1])).indices  # (N, out, count)
    product = products.gather(-1, k)
    return Terms(
        k,
        W.expand_as(products).gather(-1, k),
        v.unsqueeze(-2).expand_as(products).gather(-1, k),
        product,
        products.sum(-1) - product.sum(-1),
    )
