"""The recurrent network of the slides for classifying texts."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from elman.checks import check_size
from elman.networks.sequence_classifier import SequenceClassifier


class TextClassifier(nn.Module):
    """Classifies a text from the final state after its characters.

        X_t = E x_t      a_t = X_t U + h_{t−1} V + b      h_t = f(a_t)      O_T = c + W h_T

    where x_t is one-hot: 1 at the index of character t and 0 elsewhere, so `E x_t` is a column
    of E.

    Args:
        vocabulary_size: distinct characters.
        embedding_size: inputs I of the recurrent layer.
        hidden_size: hidden units H.
        classes: outputs K.
        rnn: makes the recurrent layer from I and H: `elman.RNN`, or `torch.nn.RNN` to compare.
        dropout: see `SequenceClassifier`.
        mean_pooling: see `SequenceClassifier`.

    Raises:
        TypeError, ValueError: a size is not a positive int, or `dropout` is not from 0 to 1.
        ValueError: `rnn` makes a layer with `batch_first`.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        classes: int,
        rnn: Callable[[int, int], nn.Module],
        dropout: float = 0.0,
        mean_pooling: bool = False,
    ) -> None:
        super().__init__()
        check_size("vocabulary_size", vocabulary_size)
        check_size("embedding_size", embedding_size)
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.classifier = SequenceClassifier(
            embedding_size, hidden_size, classes, rnn, dropout, mean_pooling
        )

    def forward(self, characters: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Indices of characters `(T, B)` and lengths of the texts `(B)` → O_T `(B, K)`."""
        # X_t = E x_t
        X = self.embedding(characters)  # (T, B) → (T, B, I)
        # a_t = X_t U + h_{t−1} V + b, h_t = f(a_t), O_T = c + W h_T
        O: Tensor = self.classifier(X, lengths)
        return O

    def example_inputs(self) -> tuple[Tensor, ...]:
        """Random example inputs of `forward`, for testing."""
        E = self.embedding.weight
        return torch.randint(len(E), (3, 2), device=E.device), torch.tensor([3, 2])
