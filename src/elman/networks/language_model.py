"""The recurrent network of the slides as a model of language."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from elman.checks import check_size, check_temperature
from elman.equations import softmax
from elman.layers import Readout


class LanguageModel(nn.Module):
    """Reads characters and predicts at each time step the next one (slide "Math behind RNN").

        X_t = E x_t      a_t = X_t U + h_{t−1} V + b      h_t = f(a_t)      O_t = c + W h_t

    where x_t is 1 at the number of character t and 0 elsewhere, so that `E x_t` is one column of E.
    `softmax(O_t)` is the prediction ŷ_t: a probability for each character to come next.

    Args:
        vocabulary_size: distinct characters K.
        embedding_size: inputs I of the recurrent layer.
        hidden_size: hidden units H.
        rnn: makes the recurrent layer from I and H: `elman.RNN`, or `torch.nn.RNN` to compare.

    Raises:
        TypeError, ValueError: a size is not a positive int.
        ValueError: the layer reads from the end, where it would see what it is to predict, or
            takes its input batch first.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        rnn: Callable[[int, int], nn.Module],
    ) -> None:
        super().__init__()
        check_size("vocabulary_size", vocabulary_size)
        check_size("embedding_size", embedding_size)
        check_size("hidden_size", hidden_size)
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.rnn = rnn(embedding_size, hidden_size)
        self.readout = Readout(hidden_size, vocabulary_size)
        for flag in ("bidirectional", "batch_first"):
            if getattr(self.rnn, flag, False):
                raise ValueError(f"rnn.{flag} must be false in a language model")

    def forward(self, characters: Tensor, h_0: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Reads on from a state.

        Args:
            characters: their numbers, `(T, B)`.
            h_0: the state after the characters before, `(num_layers, B, H)`; zero if not given.

        Returns:
            O: `(T, B, K)`; `softmax(O[t])` predicts character t + 1.
            h_n: the state after the last character, `(num_layers, B, H)`.
        """
        # X_t = E x_t
        X = self.embedding(characters)  # (T, B) → (T, B, I)
        # a_t = X_t U + h_{t−1} V + b, h_t = f(a_t)
        h, h_n = self.rnn(X, h_0)  # (T, B, H)
        # O_t = c + W h_t
        O = self.readout(h)  # (T, B, K)
        return O, h_n

    def example_inputs(self) -> tuple[Tensor, ...]:
        """Inputs by chance of the shape and type that `forward` takes, to try the network with."""
        E = self.embedding.weight
        return (torch.randint(len(E), (5, 2), device=E.device),)

    @torch.inference_mode()
    def generate(
        self,
        prompt: Tensor,
        length: int,
        temperature: float = 1.0,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Writes on from a prompt: each character is drawn from ŷ_t and read as the next input.

        Args:
            prompt: numbers of the characters to begin with, `(T)`, at least one.
            length: characters to write.
            temperature: divides O_t: below 1 likely characters become likelier, above 1 rarer ones.
            generator: source of chance, on the CPU.

        Returns:
            The numbers of the characters written, without the prompt, `(length)`.

        Raises:
            ValueError: the prompt is empty, `length` negative, or `temperature` not positive.
        """
        if len(prompt) == 0:
            raise ValueError("prompt must have at least one character")
        if not isinstance(length, int) or length < 0:
            raise ValueError(f"length must be an int from 0 on, got {length!r}")
        check_temperature(temperature)
        written = []
        characters, h = prompt, None
        for _ in range(length):
            O, h = self(characters.unsqueeze(1), h)
            O_T = O[-1, 0].double().cpu()
            # Shifted first: however low the temperature, the likeliest character stays at 0.
            y_hat = softmax((O_T - O_T.max()) / temperature)
            characters = torch.multinomial(y_hat, 1, generator=generator).to(prompt.device)
            written.append(characters)
        return torch.cat(written) if written else prompt[:0]
