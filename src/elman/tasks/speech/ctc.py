"""From probabilities at each time step to a text: connectionist temporal classification (CTC).

A network tells at each time step a character, or 0, the blank. What it tells over all time steps
is an alignment; its text is what remains when repetitions are taken as one and blanks left out:
`h h 0 e l 0 l o o` is `h e l l o`. The probability of a text is the sum over its alignments
(Graves et al. 2006).
"""

import math
from collections import defaultdict

from torch import Tensor

from elman.tasks.speech.lexicon import Lexicon, Text

BLANK = 0
NEVER = -math.inf  # log 0
NEGLIGIBLE = math.log(1e-6)  # a character as unlikely at a time step begins no prefix there


def best_path(log_y: Tensor) -> Text:
    """The text of the likeliest alignment, which is greedy.

    Args:
        log_y: logarithms of the probabilities of the blank and the characters, `(T, K)`.
    """
    return collapse(log_y.argmax(-1).tolist())


def collapse(alignment: list[int]) -> Text:
    """The text of an alignment."""
    before = [BLANK, *alignment]
    return tuple(k for k, last in zip(alignment, before, strict=False) if k not in (last, BLANK))


def prefix_beam_search(
    log_y: Tensor, width: int, lexicon: Lexicon | None = None
) -> tuple[Text, float]:
    """The likeliest text, as far as it is found among the likeliest beginnings.

    For each prefix of a text two probabilities are kept, of its alignments that end with the blank
    and of those that end with its last character, since only after a blank a repetition counts
    (Hannun et al. 2014, without a language model).

    Args:
        log_y: logarithms of the probabilities of the blank and the characters, `(T, K)`.
        width: prefixes that are kept at each time step; with all of them the search is exact, but
            for characters with a probability below 1e-6.
        lexicon: the words that texts may be made of; None: any.

    Returns:
        The text, and the logarithm of its probability. Its last word may be unfinished where none
        of the beginnings kept ends with a known word.
    """
    beam: dict[Text, tuple[float, float]] = {(): (0.0, NEVER)}
    for log_y_t in log_y.tolist():
        likely = [k for k, log_p in enumerate(log_y_t) if k != BLANK and log_p > NEGLIGIBLE]
        with_blank: dict[Text, float] = defaultdict(lambda: NEVER)
        with_character: dict[Text, float] = defaultdict(lambda: NEVER)
        for prefix, (after_blank, after_character) in beam.items():
            either = add(after_blank, after_character)
            # The text stays the same: a blank, or its last character once more.
            with_blank[prefix] = add(with_blank[prefix], either + log_y_t[BLANK])
            if prefix:
                with_character[prefix] = add(
                    with_character[prefix], after_character + log_y_t[prefix[-1]]
                )
            for k in likely:  # the text goes on, with the same character only after a blank
                if lexicon is not None and not lexicon.may_follow(prefix, k):
                    continue
                before = after_blank if prefix and k == prefix[-1] else either
                longer = (*prefix, k)
                with_character[longer] = add(with_character[longer], before + log_y_t[k])
        found = {
            prefix: (with_blank[prefix], with_character[prefix])
            for prefix in with_blank.keys() | with_character.keys()
        }
        best = sorted(found, key=lambda prefix: (-add(*found[prefix]), prefix))
        beam = {prefix: found[prefix] for prefix in best[:width]}
    finished = [prefix for prefix in beam if lexicon is None or lexicon.holds(prefix)]
    text = max(finished or beam, key=lambda prefix: add(*beam[prefix]))
    return text, add(*beam[text])


def add(log_p: float, log_q: float) -> float:
    """`log(p + q)`."""
    greater, less = (log_p, log_q) if log_p > log_q else (log_q, log_p)
    return greater if less == NEVER else greater + math.log1p(math.exp(less - greater))
