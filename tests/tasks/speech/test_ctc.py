import itertools
import math

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given
from torch.nn import functional

from elman.tasks.speech.ctc import collapse, greedy_decode, log_add, prefix_beam_search
from elman.tasks.speech.lexicon import Lexicon

Text = tuple[int, ...]


def probabilities(T: int, K: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return (2 * torch.randn(T, K, generator=generator, dtype=torch.float64)).log_softmax(-1)


def brute_force(log_y: torch.Tensor) -> dict[Text, float]:
    """The probability of every text, a sum over all alignments."""
    T, K = log_y.shape
    texts: dict[Text, float] = {}
    for alignment in itertools.product(range(K), repeat=T):
        p = math.exp(sum(float(log_y[t, k]) for t, k in enumerate(alignment)))
        text = tuple(k for k, _ in itertools.groupby(alignment) if k != 0)
        texts[text] = texts.get(text, 0) + p
    return texts


@given(T=st.integers(1, 6), K=st.integers(2, 4), seed=st.integers(0, 1000))
def test_a_wide_beam_finds_the_most_likely_text(T: int, K: int, seed: int) -> None:
    log_y = probabilities(T, K, seed)
    texts = brute_force(log_y)
    text, log_p = prefix_beam_search(log_y, beam_width=10_000)
    assert text == max(texts, key=lambda each: texts[each])
    assert log_p == pytest.approx(math.log(texts[text]), abs=1e-9)


@given(T=st.integers(1, 6), seed=st.integers(0, 1000))
def test_with_a_lexicon_finds_the_most_likely_text_of_known_words(T: int, seed: int) -> None:
    log_y = probabilities(T, 4, seed)
    space = 3
    words = {(1,), (1, 2), (2, 2)}
    strings = {  # of up to seven characters
        tuple(itertools.chain(*(((*word, space)) for word in chosen)))[:-1]
        for count in range(5)
        for chosen in itertools.product(words, repeat=count)
    }
    known = {text: p for text, p in brute_force(log_y).items() if text in strings}
    text, log_p = prefix_beam_search(log_y, beam_width=10_000, lexicon=Lexicon(words, space))
    assert text == max(known, key=lambda each: known[each])
    assert log_p == pytest.approx(math.log(known[text]), abs=1e-9)


@given(T=st.integers(2, 8), K=st.integers(2, 5), seed=st.integers(0, 1000))
def test_the_log_probability_is_that_of_the_ctc_loss(T: int, K: int, seed: int) -> None:
    log_y = probabilities(T, K, seed)
    text, log_p = prefix_beam_search(log_y, beam_width=10_000)
    loss = functional.ctc_loss(
        log_y.unsqueeze(1),
        torch.tensor([text], dtype=torch.long).view(1, -1),
        torch.tensor([T]),
        torch.tensor([len(text)]),
        reduction="sum",
    )
    assert -log_p == pytest.approx(loss.item(), abs=1e-9)


@given(T=st.integers(1, 5), K=st.integers(2, 4), seed=st.integers(0, 1000))
def test_greedy_decoding_gives_the_text_of_the_most_likely_alignment(
    T: int, K: int, seed: int
) -> None:
    log_y = probabilities(T, K, seed)
    likeliest = max(
        itertools.product(range(K), repeat=T),
        key=lambda alignment: sum(float(log_y[t, k]) for t, k in enumerate(alignment)),
    )
    assert greedy_decode(log_y) == tuple(k for k, _ in itertools.groupby(likeliest) if k != 0)


def test_beam_search_finds_a_text_that_greedy_decoding_misses() -> None:
    # The blank is the most likely at both time steps, but three alignments have the text (1,).
    log_y = torch.tensor([[0.6, 0.4], [0.6, 0.4]]).log()
    assert greedy_decode(log_y) == ()
    text, log_p = prefix_beam_search(log_y, beam_width=4)
    assert text == (1,)
    assert math.exp(log_p) == pytest.approx(1 - 0.36)


@pytest.mark.parametrize(
    ("alignment", "text"),
    [
        ([1, 1, 0, 2], (1, 2)),
        ([1, 0, 1], (1, 1)),
        ([1, 1, 1], (1,)),
        ([0, 0], ()),
        ([], ()),
        ([2, 1, 2], (2, 1, 2)),
    ],
)
def test_collapse(alignment: list[int], text: Text) -> None:
    assert collapse(alignment) == text


def test_log_add() -> None:
    assert log_add(math.log(0.25), math.log(0.5)) == pytest.approx(math.log(0.75))
    assert log_add(-math.inf, math.log(0.5)) == math.log(0.5)
    assert log_add(-math.inf, -math.inf) == -math.inf
    assert log_add(-2000, 0) == 0
