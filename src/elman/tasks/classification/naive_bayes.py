"""The class whose n-grams a text has, as if they occurred independently of each other."""

from collections.abc import Iterator, Sequence

import numpy as np


class NaiveBayes:
    """`P(k | text) ∝ P(k) Π_g P(g | k)`, with `P(g | k) = (n_gk + α) / Σ_g (n_gk + α)`.

    where g runs through the n-grams of the text, and n_gk tells how often g occurs in the texts of
    class k.

    Args:
        texts: to count in.
        classes: theirs, from 0 on.
        longest: characters of the longest n-grams; all shorter ones count, too.
        α: as if each n-gram had occurred so often more.
    """

    def __init__(
        self, texts: Sequence[str], classes: Sequence[int], longest: int = 4, α: float = 0.1
    ) -> None:
        self.longest = longest
        found = [list(self._grams(text)) for text in texts]
        self.numbers = {
            gram: g for g, gram in enumerate(dict.fromkeys(g for grams in found for g in grams))
        }
        n = np.full((len(self.numbers), max(classes) + 1), α)  # (G, K)
        for grams, k in zip(found, classes, strict=True):
            np.add.at(n[:, k], [self.numbers[gram] for gram in grams], 1)
        self.log_P_k = np.log(np.bincount(classes) / len(classes))  # (K)
        self.log_P_gk = np.log(n / n.sum(0))  # (G, K)

    def _grams(self, text: str) -> Iterator[str]:
        for n in range(1, self.longest + 1):
            yield from (text[begin : begin + n] for begin in range(len(text) - n + 1))

    def classify(self, text: str) -> int:
        """The most probable class; n-grams that occurred nowhere say nothing."""
        known = [self.numbers[gram] for gram in self._grams(text) if gram in self.numbers]
        # log P(k | text) = log P(k) + Σ_g log P(g | k) + constant
        return int((self.log_P_k + self.log_P_gk[known].sum(0)).argmax())
