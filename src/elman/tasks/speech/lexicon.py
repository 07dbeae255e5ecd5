"""The words that may be written, for a search that writes no others."""

from collections.abc import Iterable

Text = tuple[int, ...]  # the numbers of its characters


class Lexicon:
    """Texts that are strings of known words, with one space between two.

    Args:
        words: those that are known.
        space: the number of the character that stands between words.
    """

    def __init__(self, words: Iterable[Text], space: int) -> None:
        self._words = frozenset(words)
        self._beginnings = frozenset(word[:n] for word in self._words for n in range(1 + len(word)))
        self._space = space

    def may_follow(self, text: Text, character: int) -> bool:
        """Whether the character may come after `text`, which known words begin with."""
        last = self._last_word(text)
        if character == self._space:
            return last in self._words
        return (*last, character) in self._beginnings

    def holds(self, text: Text) -> bool:
        """Whether `text`, which known words begin with, ends with one of them, or is empty."""
        return not text or self._last_word(text) in self._words

    def _last_word(self, text: Text) -> Text:
        begin = len(text)
        while begin > 0 and text[begin - 1] != self._space:
            begin -= 1
        return text[begin:]
