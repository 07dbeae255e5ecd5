"""The recurrent network of the slides as a language model."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from elman.checks import check_size, check_temperature
from elman.equations import softmax
from elman.layers import Readout
from elman.networks.rnn_check import check_rnn


class LanguageModel(nn.Module):
    """Predicts the next character at each time step (slide "Math behind RNN").

        X_t = E x_t      a_t = X_t U + h_{t−1} V + b      h_t = f(a_t)      O_t = c + W h_t

    where x_t is one-hot: 1 at the index of character t and 0 elsewhere, so `E x_t` is a column
    of E.
    The prediction `ŷ_t = softmax(O_t)` has the probability of each character to be the next.

    Args:
        vocabulary_size: distinct characters K.
        embedding_size: inputs I of the recurrent layer.
        hidden_size: hidden units H.
        rnn: makes the recurrent layer from I and H: `elman.RNN`, or `torch.nn.RNN` to compare.

    Raises:
        TypeError, ValueError: a size is not a positive int.
        ValueError: `rnn` makes a layer with `bidirectional`, which would see the character to
            predict, or with `batch_first`.
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
        check_rnn(self.rnn, self)

    def forward(self, characters: Tensor, h_0: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Runs the network from a state.

        Args:
            characters: indices of characters, `(T, B)`.
            h_0: the state after the previous characters, `(num_layers, B, H)`; None: zero.

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
        """Random example inputs of `forward`, for testing."""
        E = self.embedding.weight
        return (torch.randint(len(E), (5, 2), device=E.device),)

    def generate(
        self,
        prompt: Tensor,
        length: int,
        temperature: float = 1.0,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Continues a prompt, see the function `generate`."""
        return generate(self, prompt, length, temperature, generator)


@torch.inference_mode()
def generate(
    network: nn.Module,
    prompt: Tensor,
    length: int,
    temperature: float = 1.0,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Continues a prompt: each character is sampled from ŷ_t and is the next input.

    Args:
        network: any language model, `network(characters, h_0) → (O, h_n)`.
        prompt: indices of the first characters, `(T)`, at least one.
        length: number of characters to generate.
        temperature: divides O_t. Below 1, probable characters become more probable; above 1,
            less probable.
        generator: random number generator on the CPU; None: torch's default.

    Returns:
        The indices of the generated characters, without the prompt, `(length)`.

    Raises:
        ValueError: the prompt is empty, `length` is negative, or `temperature` is not positive.
    """
    if len(prompt) == 0:
        raise ValueError("prompt must have at least one character")
    if not isinstance(length, int) or length < 0:
        raise ValueError(f"length must be an int of at least 0, got {length!r}")
    check_temperature(temperature)
    generated = []
    characters, h = prompt, None
    for _ in range(length):
        O, h = network(characters.unsqueeze(1), h)
        O_T = O[-1, 0].double().cpu()
        # Subtract the maximum first: then very low temperatures do not overflow.
        y_hat = softmax((O_T - O_T.max()) / temperature)
        characters = torch.multinomial(y_hat, 1, generator=generator).to(prompt.device)
        generated.append(characters)
    return torch.cat(generated) if generated else prompt[:0]
