"""The recurrent network of the slides as one that tells what a text is."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from elman.checks import check_size
from elman.networks.sequence_classifier import SequenceClassifier


class TextClassifier(nn.Module):
    """Reads a text character by character and tells its class by the last state.

        X_t = E x_t      a_t = X_t U + h_{t−1} V + b      h_t = f(a_t)      O_T = c + W h_T

    where x_t is 1 at the number of character t and 0 elsewhere, so that `E x_t` is one column of E.

    Args:
        vocabulary_size: distinct characters.
        embedding_size: inputs I of the recurrent layer.
        hidden_size: hidden units H.
        classes: outputs K.
        rnn: makes the recurrent layer from I and H: `elman.RNN`, or `torch.nn.RNN` to compare.
        dropout: see `SequenceClassifier`.
        mean: see `SequenceClassifier`.

    Raises:
        TypeError, ValueError: a size is not a positive int, or `dropout` no probability.
        ValueError: the layer takes its input batch first.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        classes: int,
        rnn: Callable[[int, int], nn.Module],
        dropout: float = 0.0,
        mean: bool = False,
    ) -> None:
        super().__init__()
        check_size("vocabulary_size", vocabulary_size)
        check_size("embedding_size", embedding_size)
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.classifier = SequenceClassifier(
            embedding_size, hidden_size, classes, rnn, dropout, mean
        )

    def forward(self, characters: Tensor, lengths: Tensor | None = None) -> Tensor:
        """The numbers of the characters `(T, B)`, the texts' lengths `(B)` → O_T `(B, K)`."""
        # X_t = E x_t
        X = self.embedding(characters)  # (T, B) → (T, B, I)
        # a_t = X_t U + h_{t−1} V + b, h_t = f(a_t), O_T = c + W h_T
        O: Tensor = self.classifier(X, lengths)
        return O

    def example_inputs(self) -> tuple[Tensor, ...]:
        """Inputs by chance of the shape and type that `forward` takes, to try the network with."""
        E = self.embedding.weight
        return torch.randint(len(E), (3, 2), device=E.device), torch.tensor([3, 2])
