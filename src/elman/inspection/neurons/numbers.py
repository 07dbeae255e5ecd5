"""All numbers that the page shows, as plain values.

Of a wide layer the page shows the first neurons, and of each sum its largest terms, so that the
page stays small.
"""

from itertools import accumulate
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils import vector_to_parameters

from elman.equations import squared_error
from elman.inspection.changes import in_words, largest_changes, weight_name
from elman.inspection.column_matrix import largest_gradients
from elman.inspection.example_gradients import example_gradients
from elman.inspection.neurons.choice import Stage
from elman.inspection.neurons.passes import Passes, forward_and_backward
from elman.inspection.neurons.step import RATES, descend
from elman.inspection.neurons.terms import Terms, largest_terms
from elman.networks import FeedforwardNetwork
from elman.pages.page import plain

SHOWN = 16  # neurons of a layer
TERMS = 6  # of a sum; and weights of a neuron in the chain rule
ROWS = 2  # of each W and each b in the column matrix
DIGITS = 5  # significant digits of each number


def stage_numbers(
    stage: Stage, network: FeedforwardNetwork, inputs: Tensor, y: Tensor
) -> tuple[dict[str, Any], float]:
    """The numbers of one stage of the training.

    Args:
        stage: its weights become those of the network.
        network: in float64.
        inputs: a^(0), `(N, in)`.
        y: the wanted activations of the last layer, `(N, K)`.

    Returns:
        The numbers, and the largest difference of a ∂C₀/∂w from that of autograd.
    """
    vector_to_parameters(stage.w, network.parameters())
    passes = forward_and_backward(network, inputs, y)
    gradients = passes.gradients()
    autograd = example_gradients(stage.w, network, _mean_squared_error, inputs, y)  # (N, n)
    numbers = {
        "steps": stage.steps,
        "layers": [
            {"b": layer.b[:SHOWN], "W": _pictures(layer.W) if l == 0 else layer.W[:SHOWN, :SHOWN]}
            for l, layer in enumerate(passes.layers)
        ],
        "examples": [
            {
                "C": passes.C[n],
                "says": int(passes.layers[-1].a[n].argmax()),
                "input_gradient": picture(passes.layers[0].dC_da_previous[n]),
                "layers": _example_layers(passes, autograd, network, n),
            }
            for n in range(len(inputs))
        ],
        "descent": _descent(stage.w, network, gradients, inputs, y),
    }
    return plain(numbers, _rounded), float((gradients - autograd).abs().max())


def picture(values: Tensor) -> dict[str, Any]:
    """Values in whole percent of the largest one, without signs; and that largest one."""
    largest = float(values.abs().max())
    return {"largest": largest, "percent": (100 / (largest or 1) * values).round().int()}


def spread(values: Tensor, count: int) -> Tensor:
    """The indices of a few values from the largest, without signs, to the smallest that is not 0.

    Args:
        values: `(n)`.
        count: how many, at most n; if fewer values are not 0, others join them.
    """
    different = int(values.count_nonzero())
    last = (different if different >= count else len(values)) - 1
    ranks = torch.linspace(0, last, min(count, len(values))).round().int()
    return values.abs().argsort(descending=True, stable=True)[ranks]


def _mean_squared_error(a: Tensor, y: Tensor) -> Tensor:
    return squared_error(a, y).mean()


def _rounded(value: Any) -> Any:
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def _pictures(W: Tensor) -> list[dict[str, Any]]:
    """The weights of each shown neuron of the first layer, one for each pixel."""
    return [picture(w) for w in W[:SHOWN]]


def _example_layers(
    passes: Passes, autograd: Tensor, network: FeedforwardNetwork, n: int
) -> list[dict[str, Any]]:
    """What each layer computes for example n."""
    sizes = [parameter.numel() for parameter in network.parameters()]
    parts = torch.split(autograd[n], sizes)  # W, b, W, b, …
    layers = []
    for l, layer in enumerate(passes.layers):
        dC_dW = layer.dC_dW[n, :SHOWN]
        k = torch.stack([spread(each, TERMS) for each in dC_dW])  # (shown, TERMS)
        to_previous = None  # the input has too many neurons; the page shows it as a picture
        if l > 0:
            # ∂C₀/∂a^(l−1)_k = Σ_j w_jk ∂C₀/∂z_j
            to_previous = _first(largest_terms(layer.W.T[:SHOWN], layer.dC_dz[n, None], TERMS))
        layers.append(
            {
                "z": layer.z[n, :SHOWN],
                "a": layer.a[n, :SHOWN],
                "da_dz": layer.da_dz[n, :SHOWN],
                "dC_da": layer.dC_da[n, :SHOWN],
                "dC_dz": layer.dC_dz[n, :SHOWN],
                # z = w_1 a_1 + w_2 a_2 + … + b
                "terms": _first(largest_terms(layer.W[:SHOWN], layer.a_previous[n, None], TERMS)),
                "to_previous": to_previous,
                # ∂C₀/∂w = ∂z/∂w · ∂a/∂z · ∂C₀/∂a
                "chain": {
                    "k": k,
                    "w": layer.W[:SHOWN].gather(1, k),
                    "dz_dw": layer.a_previous[n][k],
                    "dC_dw": dC_dW.gather(1, k),
                    "autograd": parts[2 * l].view_as(layer.W)[:SHOWN].gather(1, k),
                    "autograd_b": parts[2 * l + 1][:SHOWN],
                },
            }
        )
    return layers


def _first(terms: Terms) -> dict[str, Tensor]:
    return {name: values[0] for name, values in terms._asdict().items()}


def _descent(
    w: Tensor, network: FeedforwardNetwork, gradients: Tensor, inputs: Tensor, y: Tensor
) -> dict[str, Any]:
    """Which weights should change, the column matrix, and one step along the mean."""
    steps = descend(w, network, gradients, inputs, y)
    sizes = [parameter.numel() for parameter in network.parameters()]
    starts = [0, *accumulate(sizes)]
    rows = torch.cat(
        [
            start + largest_gradients(part, ROWS)
            for start, part in zip(starts, torch.split(gradients, sizes, dim=1), strict=False)
        ]
    )
    return {
        "rates": list(RATES),
        "changes": _changes(network, steps.gradient),
        "own_changes": [_changes(network, gradient) for gradient in gradients],
        "rows": [weight_name(network, int(row)) for row in rows],
        "columns": -gradients[:, rows].T,
        "means": -steps.gradient[rows],
        "w": w[rows],
        "w_after": steps.w_after[:, rows],
        "C_after": steps.C_after,
    }


def _changes(network: FeedforwardNetwork, gradient: Tensor) -> list[dict[str, Any]]:
    changes = largest_changes(network, gradient)
    largest = max(abs(change.value) for change in changes)
    return [
        {"name": change.name, "value": change.value, "words": in_words(change.value, largest)}
        for change in changes
    ]
