"""The recurrent network of the slides for image captioning."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from elman.checks import (
    check_probability,
    check_side,
    check_size,
    check_sizes,
)
from elman.layers import Conv2d, Dense, Readout
from elman.networks.beam_search import Beams, State, beam_search
from elman.networks.rnn_check import check_rnn

COLOURS = 3  # red, green, blue


class Captioner(nn.Module):
    """Encodes an image, then generates its caption (Vinyals et al. 2015, Xu et al. 2015).

    The convolutional encoder computes features a: the maximum over all positions of each channel of
    each layer, and the activations of the last layer at all positions. The recurrent decoder gets
    them as its initial state, and with every word as an input:

        h_0 = tanh(W_h a + b_h)      X_t = (E x_t, h_0)
        a_t = X_t U + h_{t−1} V + b      h_t = f(a_t)      O_t = c + W h_t

    where x_t is one-hot: 1 at the index of word t and 0 elsewhere. `softmax(O_t)` predicts the next
    word.

    Args:
        side: height and width of an image.
        vocabulary_size: words K, including the begin and end tokens.
        channels: output channels of each layer of the encoder; the stride is 2, so each layer
            halves the height and width.
        embedding_size: size of the word embedding; the other H inputs of the recurrent layer are
            h_0 of its first layer.
        hidden_size: hidden units H.
        rnn: makes the recurrent layer from I and H: `elman.RNN`, or `torch.nn.RNN` to compare.
        dropout: probability of zeroing a feature, or a unit of h_t before the readout, in
            training.
        word_dropout: probability of zeroing the embedding of a word, in training. The decoder then
            has to use the image, not only the most frequent next words.

    Raises:
        TypeError, ValueError: a size is not a positive int, a dropout is not from 0 to 1, or `side`
            cannot be halved once per layer.
        ValueError: `rnn` makes a layer with `bidirectional`, which would see the word to predict,
            or with `batch_first`.
    """

    def __init__(
        self,
        side: int,
        vocabulary_size: int,
        channels: Sequence[int],
        embedding_size: int,
        hidden_size: int,
        rnn: Callable[[int, int], nn.Module],
        dropout: float = 0.0,
        word_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        check_side("side", side)
        check_size("vocabulary_size", vocabulary_size)
        check_size("embedding_size", embedding_size)
        check_size("hidden_size", hidden_size)
        channels = check_sizes("channels", channels)
        check_probability("dropout", dropout)
        check_probability("word_dropout", word_dropout)
        final_side = side // 2 ** len(channels)
        if side % 2 ** len(channels):
            raise ValueError(
                f"side must be a multiple of {2 ** len(channels)}, since each of {len(channels)} "
                f"layers halves it, got {side}"
            )
        self.side = side
        self.dropout = dropout
        self.word_dropout = word_dropout
        convolutions = [
            Conv2d(into, out, 3, stride=2, padding=1)
            for into, out in pairwise([COLOURS, *channels])
        ]
        for convolution in convolutions:  # He et al. 2015: keeps the variance with ReLU
            nn.init.kaiming_uniform_(convolution.W, nonlinearity="relu")
        self.convolutions = nn.ModuleList(convolutions)
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.rnn = rnn(embedding_size + hidden_size, hidden_size)
        check_rnn(self.rnn, self)
        self.num_layers: int = self.rnn.num_layers  # type: ignore[assignment]
        features = sum(channels) + [COLOURS, *channels][-1] * final_side**2
        self.begin = Dense(features, self.num_layers * hidden_size, "tanh")
        self.readout = Readout(hidden_size, vocabulary_size)

    def encode(self, images: Tensor) -> Tensor:
        """The initial state of the decoder for an image.

        Args:
            images: RGB values from 0 to 1, `(B, 3, side, side)`.

        Returns:
            h_0: `(num_layers, B, H)`.
        """
        a = 1 - images  # white becomes 0, equal to the zero padding
        features = []
        for convolution in self.convolutions:
            # a_kyx = σ(b_k + Σ_cij W_kcij a_c,y+i,x+j)
            a = convolution(a)  # (B, K, height/2, width/2)
            features.append(a.amax((2, 3)))  # maximum over positions, (B, K)
        features.append(a.flatten(1))  # at each position
        a = functional.dropout(torch.cat(features, dim=1), self.dropout, self.training)
        # h_0 = tanh(W_h a + b_h)
        h_0: Tensor = self.begin(a)  # (B, num_layers·H)
        return h_0.view(len(a), self.num_layers, -1).transpose(0, 1).contiguous()

    def forward(self, images: Tensor, words: Tensor) -> Tensor:
        """The outputs after each word of given captions (teacher forcing).

        Args:
            images: RGB values from 0 to 1, `(B, 3, side, side)`.
            words: indices of the words, starting with the begin token, `(T, B)`; padding at the
                end may have any values.

        Returns:
            O: `(T, B, K)`; `softmax(O[t])` predicts word t + 1.
        """
        h_0 = self.encode(images)
        return self._read(words, h_0, h_0)[0]

    def _read(self, words: Tensor, h_0: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        """O `(T, B, K)` after each word, starting from state h; and the final state."""
        # X_t = (E x_t, h_0)
        E_x = self.embedding(words)  # (T, B) → (T, B, embedding_size)
        if self.training and self.word_dropout > 0:
            E_x = E_x * (torch.rand(*words.shape, 1, device=E_x.device) >= self.word_dropout)
        X = torch.cat([E_x, h_0[0].expand(len(words), -1, -1)], dim=-1)  # (T, B, I)
        # a_t = X_t U + h_{t−1} V + b, h_t = f(a_t)
        h, h_n = self.rnn(X, h)  # (T, B, H)
        # O_t = c + W h_t
        return self.readout(functional.dropout(h, self.dropout, self.training)), h_n

    def _step(self, words: Tensor, state: State) -> tuple[Tensor, State]:
        """The step of `beam_search`; a state is h_0 and h, each `(num_layers, B, H)`."""
        h_0, h = state
        O, h = self._read(words.unsqueeze(0), h_0, h)
        return functional.log_softmax(O[0], dim=-1), (h_0, h)

    def generate(
        self, images: Tensor, begin: int, end: int, width: int, maximum_length: int
    ) -> Beams:
        """The most probable captions, by beam search.

        Args:
            images: RGB values from 0 to 1, `(B, 3, side, side)`.
            begin: index of the begin token.
            end: index of the end token.
            width: hypotheses of the search for each image; 1: greedy decoding.
            maximum_length: maximum number of words, including the end token.
        """
        with torch.no_grad():
            h_0 = self.encode(images)
        return beam_search(self._step, (h_0, h_0), begin, end, width, maximum_length)

    def example_inputs(self) -> tuple[Tensor, ...]:
        """Random example inputs of `forward`, for testing."""
        E = self.embedding.weight
        images = torch.rand(2, COLOURS, self.side, self.side, device=E.device, dtype=E.dtype)
        return images, torch.randint(len(E), (5, 2), device=E.device)
