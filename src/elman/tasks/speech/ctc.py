"""Decoding for connectionist temporal classification (CTC), Graves et al. 2006.

At each time step the network predicts a character, or 0, the blank. Such a sequence over all time
steps is an alignment. Merging repeated characters and then removing the blanks gives its text:
`h h 0 e l 0 l o o` is `h e l l o`. The probability of a text is the sum over its alignments.
"""

import math
from collections import defaultdict

from torch import Tensor

from elman.tasks.speech.lexicon import Lexicon, Text

BLANK = 0
LOG_ZERO = -math.inf
MIN_LOG_P = math.log(1e-6)  # less probable characters do not extend a prefix


def best_path(log_y: Tensor) -> Text:
    """The text of the most probable alignment (greedy decoding).

    Args:
        log_y: log-probabilities of the blank and the characters, `(T, K)`.
    """
    return collapse(log_y.argmax(-1).tolist())


def collapse(alignment: list[int]) -> Text:
    """The text of an alignment."""
    shifted = [BLANK, *alignment]
    return tuple(k for k, last in zip(alignment, shifted, strict=False) if k not in (last, BLANK))


def prefix_beam_search(
    log_y: Tensor, width: int, lexicon: Lexicon | None = None
) -> tuple[Text, float]:
    """The most probable text, by a search over prefixes of texts.

    Each prefix has two probabilities: of its alignments that end with the blank, and of those that
    end with its last character. Both are needed because a repeated character is a new character
    only after a blank (Hannun et al. 2014, without a language model).

    Args:
        log_y: log-probabilities of the blank and the characters, `(T, K)`.
        width: number of prefixes kept at each time step. If it includes all prefixes, the search is
            exact, except that it ignores characters with a probability below 1e-6.
        lexicon: the allowed words; None: any text.

    Returns:
        The text and its log-probability. The last word may be incomplete if no kept prefix ends
        with a known word.
    """
    beam: dict[Text, tuple[float, float]] = {(): (0.0, LOG_ZERO)}
    for log_y_t in log_y.tolist():
        likely = [k for k, log_p in enumerate(log_y_t) if k != BLANK and log_p > MIN_LOG_P]
        with_blank: dict[Text, float] = defaultdict(lambda: LOG_ZERO)
        with_character: dict[Text, float] = defaultdict(lambda: LOG_ZERO)
        for prefix, (after_blank, after_character) in beam.items():
            either = logaddexp(after_blank, after_character)
            # The text stays the same: a blank, or its last character repeated.
            with_blank[prefix] = logaddexp(with_blank[prefix], either + log_y_t[BLANK])
            if prefix:
                with_character[prefix] = logaddexp(
                    with_character[prefix], after_character + log_y_t[prefix[-1]]
                )
            for k in likely:  # extend the text; with its last character only after a blank
                if lexicon is not None and not lexicon.may_follow(prefix, k):
                    continue
                log_p = after_blank if prefix and k == prefix[-1] else either
                longer = (*prefix, k)
                with_character[longer] = logaddexp(with_character[longer], log_p + log_y_t[k])
        candidates = {
            prefix: (with_blank[prefix], with_character[prefix])
            for prefix in with_blank.keys() | with_character.keys()
        }
        best = sorted(candidates, key=lambda prefix: (-logaddexp(*candidates[prefix]), prefix))
        beam = {prefix: candidates[prefix] for prefix in best[:width]}
    complete = [prefix for prefix in beam if lexicon is None or lexicon.is_complete(prefix)]
    text = max(complete or beam, key=lambda prefix: logaddexp(*beam[prefix]))
    return text, logaddexp(*beam[text])


def logaddexp(log_p: float, log_q: float) -> float:
    """`log(p + q)`."""
    greater, less = (log_p, log_q) if log_p > log_q else (log_q, log_p)
    return greater if less == LOG_ZERO else greater + math.log1p(math.exp(less - greater))
