"""Sequence-to-sequence translation with two recurrent networks: encoder and decoder."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from elman.checks import check_probability, check_size
from elman.layers import AdditiveAttention, Dense, Readout
from elman.networks.beam_search import Beams, State, beam_search
from elman.networks.rnn_check import check_rnn


class Source(NamedTuple):
    """The output of the encoder, with the B examples in dimension 1.

    Attributes:
        h_0: the initial state of the decoder, `(num_layers, B, H)`.
        h_s: states of the encoder's last layer, both directions, `(S, B, 2H)`.
        keys: `U_a h_s`, `(S, B, A)`; without attention empty, `(S, B, 0)`.
        mask: true at the tokens that are not padding, `(S, B)`.
    """

    h_0: Tensor
    h_s: Tensor
    keys: Tensor
    mask: Tensor


class EncoderDecoder(nn.Module):
    """Encodes a sentence in both directions, then generates another one with attention.

    Encoder, forward and backward over the tokens x_1 … x_S:

        X_s = √I E x_s      a_s = X_s U + h_{s−1} V + b      h_s = f(a_s)

    Decoder, with the initial state `h_0 = tanh(W_0 h_S + b_0)` from the encoder:

        X_t = √I E y_{t−1}      a_t = X_t U + h_{t−1} V + b      h_t = f(a_t)
        context_t = Σ_s α_ts h_s      h̃_t = tanh(W_h [h_t, context_t] + b_h)      O_t = c + W h̃_t

    α is additive attention (Bahdanau, Cho & Bengio 2015). Its query is h_t, after the recurrence,
    and the context is combined with h_t in h̃_t, as in Luong, Pham & Manning 2015, without their
    input feeding. So in training the decoder's recurrence runs over the whole sentence at once.
    Without attention, the decoder gets the source only as h_0, and `h̃_t = tanh(W_h h_t + b_h)`.

    Both languages have one vocabulary, and the embedding E and the readout's W are the same matrix
    (tied weights, Press & Wolf 2017).

    Args:
        vocabulary_size: tokens K of both languages.
        embedding_size: inputs I of the recurrent layers, and size of h̃.
        hidden_size: hidden units H of each direction of the encoder, and of the decoder.
        rnn: makes a recurrent layer from I and H: `elman.RNN`, or `torch.nn.RNN` to compare.
        attention_size: units A of the attention; None: no attention.
        dropout: probability of zeroing a component of X and of h̃, in training.

    Raises:
        TypeError, ValueError: a size is not a positive int, or `dropout` is not from 0 to 1.
        ValueError: `rnn` makes a layer with `bidirectional` or `batch_first`.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        rnn: Callable[..., nn.Module],
        attention_size: int | None = None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        check_size("vocabulary_size", vocabulary_size)
        check_size("embedding_size", embedding_size)
        check_size("hidden_size", hidden_size)
        check_probability("dropout", dropout)
        self.dropout = dropout
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.decoder = rnn(embedding_size, hidden_size)
        check_rnn(self.decoder, self)
        self.encoder = rnn(embedding_size, hidden_size, bidirectional=True)
        memory_size = 2 * hidden_size
        self.bridge = Dense(memory_size, hidden_size, "tanh")
        self.attention = (
            None
            if attention_size is None
            else AdditiveAttention(hidden_size, memory_size, attention_size)
        )
        joined_size = hidden_size + (memory_size if self.attention else 0)
        self.joined = Dense(joined_size, embedding_size, "tanh")
        self.readout = Readout(embedding_size, vocabulary_size)
        self.embedding.weight = self.readout.W  # (K, I)

    def forward(self, x: Tensor, lengths: Tensor, y: Tensor) -> Tensor:
        """The outputs for given previous target tokens (teacher forcing).

        Args:
            x: source tokens, padded with any tokens, `(S, B)`.
            lengths: number of tokens of each source, at least 1, `(B)`.
            y: target tokens y_0 … y_{T−1}, where y_0 is the begin token, padded with any tokens,
                `(T, B)`.

        Returns:
            O: `(T, B, K)`; `softmax(O[t])` predicts y_{t+1}.
        """
        source = self.encode(x, lengths)
        O, _, _ = self.decode(y, source.h_0, source)
        return O

    def encode(self, x: Tensor, lengths: Tensor) -> Source:
        """Encodes the sources; arguments as in `forward`."""
        # X_s = √I E x_s
        X = self._embed(x)  # (S, B) → (S, B, I)
        # a_s = X_s U + h_{s−1} V + b, h_s = f(a_s), in both directions
        packed = pack_padded_sequence(X, lengths.cpu(), enforce_sorted=False)
        packed_h, h_n = self.encoder(packed)
        h_s, _ = pad_packed_sequence(packed_h, total_length=len(x))  # (S, B, 2H)
        # h_0 = tanh(W_0 h_S + b_0), where h_S is the last state of each direction
        h_S = h_n.unflatten(0, (-1, 2)).transpose(1, 2).flatten(2)  # (num_layers, B, 2H)
        h_0 = self.bridge(h_S)  # (num_layers, B, H)
        keys = self.attention.keys(h_s) if self.attention else h_s[..., :0]
        mask = torch.arange(len(x), device=x.device).unsqueeze(1) < lengths.to(x.device)
        return Source(h_0, h_s, keys, mask)

    def decode(self, y: Tensor, h: Tensor, source: Source) -> tuple[Tensor, Tensor, Tensor | None]:
        """Runs the decoder from a state.

        Args:
            y: the previous token of each time step, `(T, B)`.
            h: the decoder's state before y, `(num_layers, B, H)`.
            source: the output of `encode`.

        Returns:
            O: `(T, B, K)`.
            h_n: the state after the last token, `(num_layers, B, H)`.
            α: attention weights, `(T, B, S)`; None without attention.
        """
        # X_t = √I E y_{t−1}
        X = self._embed(y)  # (T, B) → (T, B, I)
        # a_t = X_t U + h_{t−1} V + b, h_t = f(a_t)
        h_t, h_n = self.decoder(X, h)  # (T, B, H)
        α = None
        if self.attention:
            # context_t = Σ_s α_ts h_s
            context, α = self.attention(h_t, source.h_s, source.keys, source.mask)  # (T, B, 2H)
            h_t = torch.cat([h_t, context], dim=-1)  # (T, B, 3H)
        # h̃_t = tanh(W_h [h_t, context_t] + b_h)
        h_joined = self.joined(h_t)  # (T, B, I)
        h_joined = functional.dropout(h_joined, self.dropout, self.training)
        # O_t = c + W h̃_t
        O = self.readout(h_joined)  # (T, B, K)
        return O, h_n, α

    def _embed(self, tokens: Tensor) -> Tensor:
        X = self.embedding.embedding_dim**0.5 * self.embedding(tokens)
        return functional.dropout(X, self.dropout, self.training)

    @torch.inference_mode()
    def translate(
        self,
        x: Tensor,
        lengths: Tensor,
        begin: int,
        end: int,
        width: int,
        maximum_length: int,
        length_penalty: float = 1.0,
    ) -> Beams:
        """The most probable outputs, by beam search.

        Args:
            x: source tokens, `(S, B)`.
            lengths: number of tokens of each source, `(B)`.
            begin: see `beam_search`.
            end: see `beam_search`.
            width: see `beam_search`.
            maximum_length: see `beam_search`.
            length_penalty: see `beam_search`.

        Returns:
            The hypotheses of each source.
        """

        def step(tokens: Tensor, state: State) -> tuple[Tensor, State]:
            source = Source(*state)
            O, h, _ = self.decode(tokens.unsqueeze(0), source.h_0, source)
            return O[0].log_softmax(-1), source._replace(h_0=h)

        source = self.encode(x, lengths)
        return beam_search(step, source, begin, end, width, maximum_length, length_penalty)

    def example_inputs(self) -> tuple[Tensor, ...]:
        """Random example inputs of `forward`, for testing."""
        K, device = self.readout.output_size, self.readout.W.device
        return (
            torch.randint(K, (5, 2), device=device),
            torch.tensor([5, 3], device=device),
            torch.randint(K, (4, 2), device=device),
        )
