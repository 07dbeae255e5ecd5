"""The network that the page computes in JavaScript, compared with autograd."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Browser, Page
from torch import Tensor

from elman.inspection.unfolded.small_network import SmallNetwork, small_network

NONLINEARITIES = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid}


@pytest.fixture(scope="module")
def opened(browser: Browser, page_file: Path) -> Iterator[Page]:
    page = browser.new_page(
        reduced_motion="reduce",
    )
    page.goto(page_file.as_uri())
    yield page
    page.close()


def set_controls(page: Page, **values: object) -> None:
    for name, value in values.items():
        page.eval_on_selector(
            f"#{name}",
            "(e, value) => { e.value = value; e.dispatchEvent(new Event('input')); }",
            str(value),
        )


def with_autograd(
    net: SmallNetwork, f: str, scale: float, T: int, every: int, bound: float, *, last: bool
) -> tuple[Tensor, list[float]]:
    """∂C/∂V, clipped, and ‖∂C/∂h_t‖ for each t."""
    U, V, b, W, c = (w.clone().requires_grad_() for w in (net.U, scale * net.V, *net[4:]))
    states, costs = [torch.zeros(V.shape[0], dtype=V.dtype)], []
    for t in range(1, T + 1):
        h = states[-1]
        if every and (t - 1) % every == 0:
            h = h.detach()
        h_t = NONLINEARITIES[f](net.X[t - 1] @ U + h @ V + b)
        h_t.retain_grad()
        states.append(h_t)
        costs.append(((c + W @ h_t - net.y[t - 1]) ** 2).sum())
    C = costs[-1] if last else torch.stack(costs).mean()
    C.backward()
    norms = [0.0 if h.grad is None else float(h.grad.norm()) for h in states[1:]]
    weights = [U, V, b, W, c]
    torch.nn.utils.clip_grad_norm_([w for w in weights if w.grad is not None], bound or torch.inf)
    assert V.grad is not None
    return V.grad, norms


@pytest.mark.parametrize("f", NONLINEARITIES)
@pytest.mark.parametrize(
    ("scale", "T", "every", "bound", "last"),
    [
        (1.0, 16, 0, 0.0, True),
        (0.4, 30, 0, 0.3, False),
        (1.5, 30, 4, 1.0, False),
        (2, 2, 1, 0, True),
    ],
)
def test_the_gradients_are_those_of_autograd(
    opened: Page, f: str, scale: float, T: int, every: int, bound: float, last: bool
) -> None:
    set_controls(opened, f=f, scale=scale, length=T, truncate=every, clip=bound)
    set_controls(opened, **{"which-cost": "last" if last else "average"})
    shown = opened.eval_on_selector_all("#gradient-V data", "all => all.map(e => Number(e.value))")
    norms = opened.eval_on_selector_all(
        "#small-network [data-norm]", "all => all.map(e => Number(e.dataset.norm))"
    )
    dC_dV, dC_dh = with_autograd(small_network(), f, scale, T, every, bound, last=last)
    assert shown == pytest.approx(dC_dV.flatten().tolist(), rel=1e-9, abs=1e-12)
    assert norms == pytest.approx(dC_dh, rel=1e-9, abs=1e-12)
