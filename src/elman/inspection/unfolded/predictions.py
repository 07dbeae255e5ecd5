"""What the network predicts: `ŷ_t = softmax(O_t)`."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from torch import Tensor
from torch.nn import functional

from elman.equations import softmax
from elman.inspection.unfolded.texts import text_of

SHOWN = 3  # of the largest entries of ŷ_t


class Entry(NamedTuple):
    """An entry of ŷ_t: the text of a class, its probability, and whether it is a target."""

    text: str
    p: float
    target: bool


class Prediction(NamedTuple):
    """The largest entries of ŷ_t, the text of the target, and its probability.

    A formal language may allow several next symbols; together they are the target.
    """

    largest: list[Entry]
    target: str
    p: float


def read_predictions(output: Any, y: Any, classes: Sequence[str]) -> list[Prediction]:
    """The prediction of each time step that has an output, for a batch of one sequence.

    Args:
        output: O, `(T, 1, K)` or, with one output, `(1, K)`; or a tuple that starts with it.
        y: the target classes, `(T, 1)` or `(1)`, or their probabilities, of the shape of O; or a
            tuple that starts with them.
        classes: a text for each class, or for the first ones.
    """
    O: Tensor = output if isinstance(output, Tensor) else output[0]
    target: Tensor = y if isinstance(y, Tensor) else y[0]
    # ŷ_t = softmax(O_t)
    y_hat = softmax(O).flatten(0, -2)  # (T, K)
    if not target.is_floating_point():
        target = functional.one_hot(target, y_hat.shape[1])
    is_target = target.flatten(0, -2) > 0  # (T, K)
    return [_prediction(*of_step, classes) for of_step in zip(y_hat, is_target, strict=True)]


def _prediction(y_hat_t: Tensor, is_target: Tensor, classes: Sequence[str]) -> Prediction:
    p, k = y_hat_t.topk(min(SHOWN, len(y_hat_t)))
    return Prediction(
        [
            Entry(text_of(k, classes), p, target)
            for k, p, target in zip(k.tolist(), p.tolist(), is_target[k].tolist(), strict=True)
        ],
        "/".join(text_of(k, classes) for k in is_target.nonzero().flatten().tolist()),
        float(y_hat_t[is_target].sum()),
    )
