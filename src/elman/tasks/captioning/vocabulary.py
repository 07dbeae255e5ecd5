"""The word vocabulary of captions."""

from collections.abc import Iterable, Sequence

from torch import Tensor, tensor

BEGIN = 0  # the first token of a caption: the decoder's first input
END = 1  # the last token of a caption: the decoder's last output
SPECIAL_TOKENS = (BEGIN, END)


class WordVocabulary:
    """Numbers the special tokens `BEGIN` and `END`, then the words in alphabetical order.

    Args:
        words: with or without repetitions.

    Attributes:
        words: without repetitions, sorted: `words[k]` has the index `k + 2`.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = sorted(set(words))
        self._indices = {word: k for k, word in enumerate(self.words, len(SPECIAL_TOKENS))}

    def __len__(self) -> int:
        return len(SPECIAL_TOKENS) + len(self.words)

    def encode(self, text: str) -> Tensor:
        """The indices of the words of `text` between `BEGIN` and `END`, int64 `(words + 2)`.

        Raises:
            ValueError: words of the text are not in the vocabulary; the message names them.
        """
        unknown = sorted(set(text.split()) - self._indices.keys())
        if unknown:
            raise ValueError(
                f"{' '.join(map(repr, unknown[:10]))} not among the {len(self.words)} words of the "
                "vocabulary"
            )
        return tensor([BEGIN, *(self._indices[word] for word in text.split()), END])

    def decode(self, indices: Sequence[int]) -> str:
        """The text of indices up to the first `END`, without special tokens."""
        words = []
        for index in indices:
            if index == END:
                break
            if index != BEGIN:
                words.append(self.words[index - len(SPECIAL_TOKENS)])
        return " ".join(words)
