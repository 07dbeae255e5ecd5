"""The words that a recogniser with a closed vocabulary may write."""

from collections.abc import Iterable

Text = tuple[int, ...]  # indices of its characters


class Lexicon:
    """Texts that consist of known words, separated by one space.

    Args:
        words: the known words.
        space: index of the character between words.
    """

    def __init__(self, words: Iterable[Text], space: int) -> None:
        self._words = frozenset(words)
        self._prefixes = frozenset(word[:n] for word in self._words for n in range(1 + len(word)))
        self._space = space

    def allows(self, prefix: Text, character: int) -> bool:
        """Whether a text may continue with `character` after `prefix`, itself an allowed prefix."""
        last = self._last_word(prefix)
        if character == self._space:
            return last in self._words
        return (*last, character) in self._prefixes

    def is_complete(self, prefix: Text) -> bool:
        """Whether an allowed prefix is empty or ends with a complete word."""
        return not prefix or self._last_word(prefix) in self._words

    def _last_word(self, text: Text) -> Text:
        start = len(text)
        while start > 0 and text[start - 1] != self._space:
            start -= 1
        return text[start:]
