"""How far the numbers of either layer are from the truth: states and every gradient.

The judge is the NumPy reference in float64 (`elman.comparison.truth`), which shares no line with
either layer. Both layers hold the same weights and are given the same inputs, states and ∂C/∂h.
"""

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from elman.comparison.gradients import states_and_gradients, to_float64
from elman.comparison.sizes import Sizes
from elman.comparison.truth import Truth, Weights, truth
from elman.layers import RNN
from elman.recurrence import Engine
from elman.reference.nonlinearities import Array

DTYPES = {"float32": torch.float32, "float64": torch.float64}
TENSORS = ("output", "h_n", "∂X", "∂h_0", "∂U", "∂V", "∂b")
ALLOWED_FLOAT64 = 1e-12  # relative to the largest magnitude in the tensor
ALLOWED_FLOAT32 = 2.0  # times the distance of torch's own result,
ALLOWED_ULP = 4.0  # or so much, where torch's is less than half of it: a few roundings
MARGIN = 1e-6  # |a_t| at which rounding does not decide the side of ReLU's kink


@dataclass(frozen=True)
class Case:
    """One choice of options and sizes.

    Attributes:
        options: arguments of both layers, by name.
        sizes: of weights and inputs.
    """

    options: Mapping[str, Any]
    sizes: Sizes

    def __str__(self) -> str:
        return ", ".join([str(self.sizes), *(f"{k}={v}" for k, v in self.options.items())])


@dataclass(frozen=True)
class Distance:
    """How far one tensor is from the truth, at most, relative to the truth's largest magnitude.

    Of the weights' gradients, the one of the layer and direction that is furthest counts.

    Attributes:
        case: where.
        dtype: "float32" or "float64".
        tensor: one of `TENSORS`.
        ours: distance of elman.RNN's.
        theirs: distance of torch.nn.RNN's.
    """

    case: Case
    dtype: str
    tensor: str
    ours: float
    theirs: float

    @property
    def ulp(self) -> tuple[float, float]:
        """Ours and theirs in units of the dtype's eps at the largest magnitude of the tensor."""
        eps = torch.finfo(DTYPES[self.dtype]).eps
        return self.ours / eps, self.theirs / eps


@dataclass(frozen=True)
class Summary:
    """One tensor in all cases, in ulp.

    Attributes:
        dtype: "float32" or "float64".
        tensor: one of `TENSORS`.
        ours: median and largest distance of elman.RNN's.
        theirs: median and largest distance of torch.nn.RNN's.
        holds: ours is as close as it must be.
    """

    dtype: str
    tensor: str
    ours: tuple[float, float]
    theirs: tuple[float, float]
    holds: bool


def cases(options: Mapping[str, Sequence[Any]], sizes: Iterable[Sizes]) -> list[Case]:
    """Every combination of the options' values and the sizes."""
    return [
        Case(dict(zip(options, values, strict=True)), size)
        for size in sizes
        for values in itertools.product(*options.values())
    ]


def compare_case(
    case: Case, device: torch.device | str = "cpu", engine: Engine = "auto"
) -> list[Distance]:
    """Both layers in both dtypes, from weights and inputs drawn anew.

    Returns:
        A distance for each tensor and dtype.
    """
    ours, X, h_0, d_output, dh_n, true = _draw(case, engine)
    expected = _expected(true, bias=ours.bias)
    ours.to(device)
    distances = []
    for dtype, torch_dtype in DTYPES.items():
        ours.to(torch_dtype)
        arguments = [x.to(device, torch_dtype) for x in (X, h_0, d_output, dh_n)]
        by_ours = states_and_gradients(ours, *arguments)
        by_theirs = states_and_gradients(ours.to_torch(), *arguments)
        for tensor, true_values in expected.items():
            distances.append(
                Distance(
                    case,
                    dtype,
                    tensor,
                    _distance(by_ours[tensor], true_values),
                    _distance(by_theirs[tensor], true_values),
                )
            )
    return distances


def summarise(distances: Iterable[Distance]) -> list[Summary]:
    """The distances of each tensor, and whether ours are as small as they must be.

    In float64 none may be above `ALLOWED_FLOAT64`; in float32 the largest may be `ALLOWED_FLOAT32`
    times torch's largest, or `ALLOWED_ULP`.
    """
    groups: dict[tuple[str, str], list[Distance]] = {}
    for distance in distances:
        groups.setdefault((distance.dtype, distance.tensor), []).append(distance)
    summaries = []
    for (dtype, tensor), group in groups.items():
        ours, theirs = np.array([distance.ulp for distance in group]).T
        if dtype == "float64":
            holds = ours.max() * torch.finfo(torch.float64).eps <= ALLOWED_FLOAT64
        else:
            holds = ours.max() <= max(ALLOWED_FLOAT32 * theirs.max(), ALLOWED_ULP)
        summaries.append(
            Summary(dtype, tensor, _median_and_max(ours), _median_and_max(theirs), bool(holds))
        )
    return summaries


def _median_and_max(values: Array) -> tuple[float, float]:
    return float(np.median(values)), float(values.max())


def _draw(case: Case, engine: Engine) -> tuple[RNN, Tensor, Tensor, Tensor, Tensor, Truth]:
    """A layer, X, h_0, ∂C/∂output, ∂C/∂h_n, time steps first, in float32, and the truth."""
    T, B, I, H = case.sizes
    while True:
        rnn = RNN(I, H, **case.options, engine=engine)
        X, h_0 = torch.randn(T, B, I), torch.randn(len(rnn.cells), B, H)
        d_output = torch.randn(T, B, rnn.num_directions * H)
        dh_n = torch.randn_like(h_0)
        true = truth(
            to_float64(X),
            to_float64(h_0),
            [Weights(*map(to_float64, cell.weights())) for cell in rnn.cells],
            str(rnn.nonlinearity),
            rnn.bidirectional,
            to_float64(d_output),
            to_float64(dh_n),
        )
        # Nearer to ReLU's kink, rounding would decide between two different gradients.
        if rnn.nonlinearity != "relu" or true.margin > MARGIN:
            return rnn, X, h_0, d_output, dh_n, true


def _expected(true: Truth, bias: bool) -> dict[str, list[Array]]:
    expected = {"output": [true.output], "h_n": [true.h_n], "∂X": [true.dX]}
    expected["∂h_0"] = [np.stack([gradients.h_0 for gradients in true.gradients])]
    expected["∂U"] = [gradients.U for gradients in true.gradients]
    expected["∂V"] = [gradients.V for gradients in true.gradients]
    if bias:
        expected["∂b"] = [gradients.b for gradients in true.gradients]
    return expected


def _distance(found: Sequence[Array], true: Sequence[Array]) -> float:
    return max(_distance_of_one(*pair) for pair in zip(found, true, strict=True))


def _distance_of_one(found: Array, true: Array) -> float:
    if found.shape != true.shape:
        return math.inf
    largest = float(np.abs(true).max()) or 1.0  # all of a ReLU's may be 0
    distance = float(np.abs(found - true).max()) / largest
    return distance if math.isfinite(distance) else math.inf
