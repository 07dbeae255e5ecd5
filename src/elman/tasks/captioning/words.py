"""The words a network knows."""

from collections.abc import Iterable, Sequence

from torch import Tensor, tensor

BEGIN = 0  # stands before a caption: the decoder's first input
END = 1  # stands after it: the decoder's last output
MARKS = ("<begin>", "<end>")


class Words:
    """Numbers the marks `BEGIN` and `END`, then words in the order of their code points.

    Args:
        words: each word once or more often.

    Attributes:
        words: each word once, in order: `words[k]` has number `k + 2`.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = sorted(set(words))
        self._numbers = {word: number for number, word in enumerate(self.words, len(MARKS))}

    def __len__(self) -> int:
        return len(MARKS) + len(self.words)

    def encode(self, text: str) -> Tensor:
        """The numbers of the words of `text` between `BEGIN` and `END`, int64 `(words + 2)`.

        Raises:
            ValueError: the text has words that are not known; the message names them.
        """
        unknown = sorted(set(text.split()) - self._numbers.keys())
        if unknown:
            raise ValueError(
                f"{' '.join(map(repr, unknown[:10]))} not among the {len(self.words)} words the "
                "network knows"
            )
        return tensor([BEGIN, *(self._numbers[word] for word in text.split()), END])

    def decode(self, numbers: Sequence[int]) -> str:
        """The text of a row of numbers up to its `END`, without marks."""
        told = []
        for number in numbers:
            if number == END:
                break
            if number != BEGIN:
                told.append(self.words[number - len(MARKS)])
        return " ".join(told)
