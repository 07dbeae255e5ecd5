"""The four corpora of Elman 1990, "Finding structure in time".

The paper leaves some things open. They are fixed here, and said where they are.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from elman.tasks.elman1990.source import Source, Unit


@dataclass(frozen=True)
class Corpus:
    """What a network reads and predicts, one code after the other.

    Attributes:
        source: of the symbols.
        codes: the bits that stand for each symbol, `(K, I)`.
        name: of the symbols, in the plural.
    """

    source: Source
    codes: NDArray[np.float32]
    name: str


def _fixed(*units: str) -> tuple[Unit, ...]:
    """Units with one symbol at each position."""
    return tuple(tuple((symbol,) for symbol in unit) for unit in units)


# Two random bits and their exclusive or.
XOR = Corpus(
    Source(("0", "1"), _fixed("000", "011", "101", "110")),
    np.array([[0], [1]], np.float32),
    "bits",
)

# Each consonant stands with its vowels: the paper's Table 1 gives the features of each letter.
FEATURES = ("consonant", "vowel", "interrupted", "high", "back", "voiced")
LETTER_FEATURES = {
    "b": (1, 0, 1, 0, 0, 1),
    "d": (1, 0, 1, 1, 0, 1),
    "g": (1, 0, 1, 0, 1, 1),
    "a": (0, 1, 0, 0, 1, 1),
    "i": (0, 1, 0, 1, 0, 1),
    "u": (0, 1, 0, 1, 1, 1),
}
LETTERS = Corpus(
    Source(tuple(LETTER_FEATURES), _fixed("ba", "dii", "guuu")),
    np.array(list(LETTER_FEATURES.values()), np.float32),
    "letters",
)

# The paper prints a part of its stream, "manyyearsagoaboyandgirllivedbytheseatheyplayedhappily",
# with 14 of its 15 words; "danced" is our fifteenth. The paper's sentences have 4 to 9 words from
# a program that it does not describe. Our words are drawn independently: what is learned is then
# the words, and not their order, and ends of sentences leave no trace.
WORDS = (
    *("many", "years", "ago", "a", "boy", "and", "girl", "lived", "by", "the", "sea", "they"),
    *("played", "happily", "danced"),
)


def _random_codes(count: int, bits: int) -> NDArray[np.float32]:
    """Different random codes. The paper's are not known; ours are always the same."""
    numbers = np.random.default_rng(0).permutation(2**bits)[:count]
    return ((numbers[:, np.newaxis] >> np.arange(bits)) & 1).astype(np.float32)


_ALPHABET = tuple(sorted(set("".join(WORDS))))
LETTERS_OF_WORDS = Corpus(
    Source(_ALPHABET, _fixed(*WORDS)), _random_codes(len(_ALPHABET), 5), "letters"
)

# The paper's Table 3 gives two words of each category, and its Figure 7 all 29 words; each of the
# others is in the category that its place in the figure suggests. As in the figure, humans and
# aggressors are animate, too, and food and what is fragile inanimate; the table does not say so.
# The text of the paper speaks of 13 categories and 15 templates, but its tables have 12 and 16.
_HUMANS = ("man", "woman", "boy", "girl")
_AGGRESSORS = ("dragon", "monster", "lion")
_FRAGILE = ("glass", "plate")
_FOOD = ("cookie", "bread", "sandwich")
ANIMATE = (*_HUMANS, "cat", "mouse", "dog", *_AGGRESSORS)
INANIMATE = ("book", "rock", "car", *_FRAGILE, *_FOOD)
CATEGORIES = {
    "NOUN-HUM": _HUMANS,
    "NOUN-ANIM": ANIMATE,
    "NOUN-INANIM": INANIMATE,
    "NOUN-AGRESS": _AGGRESSORS,
    "NOUN-FRAG": _FRAGILE,
    "NOUN-FOOD": _FOOD,
    "VERB-INTRAN": ("think", "sleep", "exist"),
    "VERB-TRAN": ("see", "chase", "like"),
    "VERB-AGPAT": ("move", "break"),
    "VERB-PERCEPT": ("smell", "see"),
    "VERB-DESTROY": ("break", "smash"),
    "VERB-EAT": ("eat",),
}
TEMPLATES = (
    "NOUN-HUM VERB-EAT NOUN-FOOD",
    "NOUN-HUM VERB-PERCEPT NOUN-INANIM",
    "NOUN-HUM VERB-DESTROY NOUN-FRAG",
    "NOUN-HUM VERB-INTRAN",
    "NOUN-HUM VERB-TRAN NOUN-HUM",
    "NOUN-HUM VERB-AGPAT NOUN-INANIM",
    "NOUN-HUM VERB-AGPAT",
    "NOUN-ANIM VERB-EAT NOUN-FOOD",
    "NOUN-ANIM VERB-TRAN NOUN-ANIM",
    "NOUN-ANIM VERB-AGPAT NOUN-INANIM",
    "NOUN-ANIM VERB-AGPAT",
    "NOUN-INANIM VERB-AGPAT",
    "NOUN-AGRESS VERB-DESTROY NOUN-FRAG",
    "NOUN-AGRESS VERB-EAT NOUN-HUM",
    "NOUN-AGRESS VERB-EAT NOUN-ANIM",
    "NOUN-AGRESS VERB-EAT NOUN-FOOD",
)
_LEXICON = tuple(dict.fromkeys(word for words in CATEGORIES.values() for word in words))
SENTENCES = Corpus(
    Source(
        _LEXICON,
        tuple(tuple(CATEGORIES[name] for name in line.split()) for line in TEMPLATES),
    ),
    np.eye(len(_LEXICON), 31, dtype=np.float32),  # two of the 31 bits are spare, as in the paper
    "words",
)

CORPORA = {"xor": XOR, "letters": LETTERS, "words": LETTERS_OF_WORDS, "sentences": SENTENCES}
