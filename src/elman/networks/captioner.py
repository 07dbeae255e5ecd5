"""The recurrent network of the slides as one that writes what a picture shows."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from elman.checks import check_probability, check_size
from elman.layers import Conv2d, Dense, Readout
from elman.networks.beam_search import Beams, State, beam_search

COLOURS = 3  # red, green, blue


class Captioner(nn.Module):
    """Looks at a picture, then writes word by word (Vinyals et al. 2015, Xu et al. 2015).

    The convolutional encoder finds patterns: a is how clearly each pattern of each layer is found
    anywhere, and each of the last layer at each place. The recurrent decoder begins with them:

        h_0 = tanh(W_h a + b_h)
        X_t = E x_t      a_t = X_t U + h_{t−1} V + b      h_t = f(a_t)      O_t = c + W h_t

    where x_t is 1 at the number of word t and 0 elsewhere; `softmax(O_t)` tells the word after it.

    Args:
        side: height and width of a picture.
        vocabulary_size: words K, those that mark a caption's begin and end among them.
        channels: patterns that each layer of the encoder looks for, at every second place: each
            layer halves the picture.
        embedding_size: inputs I of the recurrent layer.
        hidden_size: hidden units H.
        rnn: makes the recurrent layer from I and H: `elman.RNN`, or `torch.nn.RNN` to compare.
        dropout: probability of zeroing a pattern found, or a unit of h_t before the readout, in
            training.
        word_dropout: probability that the decoder is not shown a word, in training: it then has to
            look at the picture, not at what words most often follow.

    Raises:
        TypeError, ValueError: a size is not a positive int, a dropout no probability, or the
            picture cannot be halved so often.
        ValueError: the recurrent layer reads from the end, where it would see what it is to
            predict, or takes its input batch first.
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
        check_size("side", side)
        check_size("vocabulary_size", vocabulary_size)
        check_size("embedding_size", embedding_size)
        check_size("hidden_size", hidden_size)
        check_probability("dropout", dropout)
        check_probability("word_dropout", word_dropout)
        left = side // 2 ** len(channels)
        if side % 2 ** len(channels):
            raise ValueError(
                f"side must be a multiple of {2 ** len(channels)}, which {len(channels)} layers "
                f"of channels can halve, got {side}"
            )
        self.side = side
        self.dropout = dropout
        self.word_dropout = word_dropout
        convolutions = [
            Conv2d(into, out, 3, stride=2, padding=1)
            for into, out in pairwise([COLOURS, *channels])
        ]
        for convolution in convolutions:  # He et al. 2015: ReLU keeps the activations' size
            nn.init.kaiming_uniform_(convolution.W, nonlinearity="relu")
        self.convolutions = nn.ModuleList(convolutions)
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.rnn = rnn(embedding_size, hidden_size)
        for flag in ("bidirectional", "batch_first"):
            if getattr(self.rnn, flag, False):
                raise ValueError(f"rnn.{flag} must be false in a captioner")
        self.num_layers: int = self.rnn.num_layers  # type: ignore[assignment]
        found = sum(channels) + [COLOURS, *channels][-1] * left**2
        self.begin = Dense(found, self.num_layers * hidden_size, "tanh")
        self.readout = Readout(hidden_size, vocabulary_size)

    def encode(self, pictures: Tensor) -> Tensor:
        """The state that a picture starts the decoder in.

        Args:
            pictures: red, green and blue from 0 to 1, `(B, 3, side, side)`.

        Returns:
            h_0: `(num_layers, B, H)`.
        """
        a = 1 - pictures  # ink: white paper is 0, as it is around the picture
        found = []
        for convolution in self.convolutions:
            # a_kyx = σ(b_k + Σ_cij W_kcij a_c,y+i,x+j)
            a = convolution(a)  # (B, K, height/2, width/2)
            found.append(a.amax((2, 3)))  # somewhere, (B, K)
        found.append(a.flatten(1))  # at each place
        a = functional.dropout(torch.cat(found, dim=1), self.dropout, self.training)
        # h_0 = tanh(W_h a + b_h)
        h_0: Tensor = self.begin(a)  # (B, num_layers·H)
        return h_0.view(len(a), self.num_layers, -1).transpose(0, 1).contiguous()

    def forward(self, pictures: Tensor, words: Tensor) -> Tensor:
        """What the decoder tells after each word when it is shown the right ones before.

        Args:
            pictures: red, green and blue from 0 to 1, `(B, 3, side, side)`.
            words: numbers of the words, the first marking the begin, `(T, B)`; what pads a caption
                at its end changes nothing before it.

        Returns:
            O: `(T, B, K)`; `softmax(O[t])` predicts word t + 1.
        """
        # X_t = E x_t
        X = self.embedding(words)  # (T, B) → (T, B, I)
        if self.training and self.word_dropout > 0:
            X = X * (torch.rand(*words.shape, 1, device=X.device) >= self.word_dropout)
        # a_t = X_t U + h_{t−1} V + b, h_t = f(a_t)
        h, _ = self.rnn(X, self.encode(pictures))  # (T, B, H)
        # O_t = c + W h_t
        O: Tensor = self.readout(functional.dropout(h, self.dropout, self.training))
        return O

    def step(self, words: Tensor, state: State) -> tuple[Tensor, State]:
        """Reads a word of each caption, `(B)`, in a state; see `beam_search`."""
        h, h_n = self.rnn(self.embedding(words.unsqueeze(0)), *state)
        return functional.log_softmax(self.readout(h[0]), dim=-1), (h_n,)

    def write(
        self, pictures: Tensor, begin: int, end: int, width: int, maximum_length: int
    ) -> Beams:
        """The likeliest captions, as beam search finds them.

        Args:
            pictures: red, green and blue from 0 to 1, `(B, 3, side, side)`.
            begin: number of the word that marks a caption's begin.
            end: number of the word that marks its end.
            width: captions that the search keeps for each picture; 1: the likeliest word each time.
            maximum_length: words, the end's mark counted, at which a caption is cut off.
        """
        with torch.no_grad():
            state = (self.encode(pictures),)
        return beam_search(self.step, state, begin, end, width, maximum_length)

    def example_inputs(self) -> tuple[Tensor, ...]:
        """Inputs by chance of the shape and type that `forward` takes, to try the network with."""
        E = self.embedding.weight
        pictures = torch.rand(2, COLOURS, self.side, self.side, device=E.device, dtype=E.dtype)
        return pictures, torch.randint(len(E), (5, 2), device=E.device)
