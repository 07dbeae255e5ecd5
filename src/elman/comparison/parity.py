"""The distance of either layer's states and gradients from reference values.

The reference values come from the NumPy reference in float64 (`elman.comparison.reference_values`),
which shares no code with either layer. Both layers get the same weights, inputs, initial states and
∂C/∂h.
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
from elman.comparison.reference_values import ReferenceValues, Weights, reference_values
from elman.comparison.sizes import Sizes
from elman.layers import RNN
from elman.recurrence import Engine
from elman.reference.nonlinearities import Array

DTYPES = {"float32": torch.float32, "float64": torch.float64}
TENSORS = ("output", "h_n", "∂X", "∂h_0", "∂U", "∂V", "∂b")
ALLOWED_FLOAT64 = 1e-12  # relative to the largest magnitude in the tensor
ALLOWED_FLOAT32 = 2.0  # times the distance of torch.nn.RNN,
ALLOWED_ULP = 4.0  # a few rounding errors, allowed even if torch.nn.RNN is more accurate
MIN_ABS_A = 1e-6  # for ReLU: rounding cannot change the sign of a larger |a_t|


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
    """The largest difference between a tensor and its reference, relative to the magnitude.

    It is the maximum of |difference| divided by the maximum of |reference|. For the gradients of
    weights it is the maximum over all layers and directions.

    Attributes:
        case: the options and sizes.
        dtype: "float32" or "float64".
        tensor: one of `TENSORS`.
        ours: the distance of elman.RNN.
        theirs: the distance of torch.nn.RNN.
    """

    case: Case
    dtype: str
    tensor: str
    ours: float
    theirs: float

    @property
    def ulp(self) -> tuple[float, float]:
        """`ours` and `theirs`, divided by the eps of the dtype."""
        eps = torch.finfo(DTYPES[self.dtype]).eps
        return self.ours / eps, self.theirs / eps


@dataclass(frozen=True)
class Summary:
    """The distances of one tensor over all cases, in ulp.

    Attributes:
        dtype: "float32" or "float64".
        tensor: one of `TENSORS`.
        ours: median and maximum for elman.RNN.
        theirs: median and maximum for torch.nn.RNN.
        holds: elman.RNN is within the tolerance.
    """

    dtype: str
    tensor: str
    ours: tuple[float, float]
    theirs: tuple[float, float]
    holds: bool


def cases(options: Mapping[str, Sequence[Any]], sizes: Iterable[Sizes]) -> list[Case]:
    """Every combination of the options and the sizes."""
    return [
        Case(dict(zip(options, values, strict=True)), size)
        for size in sizes
        for values in itertools.product(*options.values())
    ]


def compare_case(
    case: Case, device: torch.device | str = "cpu", engine: Engine = "auto"
) -> list[Distance]:
    """Compares both layers with the reference in both dtypes, for new random weights and inputs.

    Returns:
        A distance for each dtype and tensor.
    """
    ours, X, h_0, d_output, dh_n, reference = _draw(case, engine)
    expected = _by_name(reference, bias=ours.bias)
    ours.to(device)
    distances = []
    for dtype, torch_dtype in DTYPES.items():
        ours.to(torch_dtype)
        arguments = [x.to(device, torch_dtype) for x in (X, h_0, d_output, dh_n)]
        from_elman = states_and_gradients(ours, *arguments)
        from_torch = states_and_gradients(ours.to_torch(), *arguments)
        distances += [
            Distance(
                case,
                dtype,
                tensor,
                _distance(from_elman[tensor], values),
                _distance(from_torch[tensor], values),
            )
            for tensor, values in expected.items()
        ]
    return distances


def summarise(distances: Iterable[Distance]) -> list[Summary]:
    """Summarises the distances of each tensor and checks the tolerance.

    In float64 the limit is `ALLOWED_FLOAT64`. In float32 it is `ALLOWED_FLOAT32` times the maximum
    of torch.nn.RNN, or `ALLOWED_ULP` if that is larger.
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


def _draw(
    case: Case, engine: Engine
) -> tuple[RNN, Tensor, Tensor, Tensor, Tensor, ReferenceValues]:
    """A random layer, X, h_0, ∂C/∂output and ∂C/∂h_n in float32, and the reference values."""
    T, B, I, H = case.sizes
    while True:
        rnn = RNN(I, H, **case.options, engine=engine)
        X, h_0 = torch.randn(T, B, I), torch.randn(len(rnn.cells), B, H)
        d_output = torch.randn(T, B, rnn.num_directions * H)
        dh_n = torch.randn_like(h_0)
        reference = reference_values(
            to_float64(X),
            to_float64(h_0),
            [Weights(*map(to_float64, cell.weights())) for cell in rnn.cells],
            str(rnn.nonlinearity),
            rnn.bidirectional,
            to_float64(d_output),
            to_float64(dh_n),
        )
        # Closer to the kink of ReLU, rounding could change the gradient.
        if rnn.nonlinearity != "relu" or reference.min_abs_a > MIN_ABS_A:
            return rnn, X, h_0, d_output, dh_n, reference


def _by_name(reference: ReferenceValues, bias: bool) -> dict[str, list[Array]]:
    expected = {"output": [reference.output], "h_n": [reference.h_n], "∂X": [reference.dX]}
    expected["∂h_0"] = [np.stack([gradients.h_0 for gradients in reference.gradients])]
    expected["∂U"] = [gradients.U for gradients in reference.gradients]
    expected["∂V"] = [gradients.V for gradients in reference.gradients]
    if bias:
        expected["∂b"] = [gradients.b for gradients in reference.gradients]
    return expected


def _distance(actual: Sequence[Array], expected: Sequence[Array]) -> float:
    return max(_distance_of_one(*pair) for pair in zip(actual, expected, strict=True))


def _distance_of_one(actual: Array, expected: Array) -> float:
    if actual.shape != expected.shape:
        return math.inf
    largest = float(np.abs(expected).max()) or 1.0  # the states of a ReLU may all be 0
    distance = float(np.abs(actual - expected).max()) / largest
    return distance if math.isfinite(distance) else math.inf
