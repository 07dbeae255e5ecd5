"""Decoding for connectionist temporal classification (CTC).

At each time step the network predicts a character or the blank, 0. The predictions of all time
steps form an alignment. Its text is what remains after repeated characters are merged and blanks
are removed: `h h 0 e l 0 l o o` becomes `h e l l o`. The probability of a text is the sum over all
its alignments (Graves et al. 2006).

The beam search is written here because no maintained library decodes with a list of known words in
Python alone: torchaudio's decoders need flashlight-text or CUDA.
"""

import math
from collections import defaultdict
from itertools import groupby

from torch import Tensor

from elman.tasks.speech.lexicon import Lexicon, Text

BLANK = 0
LOG_ZERO = -math.inf
MIN_LOG_PROBABILITY = math.log(1e-6)  # less likely characters do not extend a prefix


def greedy_decode(log_y: Tensor) -> Text:
    """The text of the most likely alignment (best path).

    Args:
        log_y: log-probabilities of the blank and the characters, `(T, K)`.
    """
    return collapse(log_y.argmax(-1).tolist())


def collapse(alignment: list[int]) -> Text:
    """The text of an alignment: repeated characters merged, blanks removed."""
    return tuple(k for k, _ in groupby(alignment) if k != BLANK)


def prefix_beam_search(
    log_y: Tensor, beam_width: int, lexicon: Lexicon | None = None
) -> tuple[Text, float]:
    """The most likely text that a prefix beam search finds (Hannun et al. 2014).

    Each prefix has two probabilities: that of its alignments that end with the blank, and that of
    those that end with its last character. Both are needed because a repeated character starts a
    new one only after a blank. There is no language model.

    Args:
        log_y: log-probabilities of the blank and the characters, `(T, K)`.
        beam_width: number of prefixes kept at each time step. If it is no limit, the search is
            exact except for characters with a probability below 1e-6.
        lexicon: the words that a text may consist of; None: any words.

    Returns:
        The text and its log-probability. Its last word may be incomplete if no prefix in the beam
        ends with a complete word.
    """
    beam: dict[Text, tuple[float, float]] = {(): (0.0, LOG_ZERO)}
    for log_y_t in log_y.tolist():
        likely = [
            k for k, log_p in enumerate(log_y_t) if k != BLANK and log_p > MIN_LOG_PROBABILITY
        ]
        with_blank: dict[Text, float] = defaultdict(lambda: LOG_ZERO)
        with_character: dict[Text, float] = defaultdict(lambda: LOG_ZERO)
        for prefix, (after_blank, after_character) in beam.items():
            total = log_add(after_blank, after_character)
            # The text stays the same: a blank, or the last character repeated.
            with_blank[prefix] = log_add(with_blank[prefix], total + log_y_t[BLANK])
            if prefix:
                with_character[prefix] = log_add(
                    with_character[prefix], after_character + log_y_t[prefix[-1]]
                )
            # The text grows by a character, by the same one only after a blank.
            for k in likely:
                if lexicon is not None and not lexicon.allows(prefix, k):
                    continue
                before = after_blank if prefix and k == prefix[-1] else total
                longer = (*prefix, k)
                with_character[longer] = log_add(with_character[longer], before + log_y_t[k])
        candidates = {
            prefix: (with_blank[prefix], with_character[prefix])
            for prefix in with_blank.keys() | with_character.keys()
        }
        best = sorted(candidates, key=lambda prefix: (-log_add(*candidates[prefix]), prefix))
        beam = {prefix: candidates[prefix] for prefix in best[:beam_width]}
    complete = [prefix for prefix in beam if lexicon is None or lexicon.is_complete(prefix)]
    text = max(complete or beam, key=lambda prefix: log_add(*beam[prefix]))
    return text, log_add(*beam[text])


def log_add(log_p: float, log_q: float) -> float:
    """`log(p + q)`; on Python floats several times as fast as `numpy.logaddexp`."""
    larger, smaller = (log_p, log_q) if log_p > log_q else (log_q, log_p)
    return larger if smaller == LOG_ZERO else larger + math.log1p(math.exp(smaller - larger))
