"""A lexicon, which restricts a search to known words."""

from collections.abc import Iterable

Text = tuple[int, ...]  # indices of characters


class Lexicon:
    """Accepts texts of known words that are separated by single spaces.

    Args:
        words: the known words.
        space: index of the space character.
    """

    def __init__(self, words: Iterable[Text], space: int) -> None:
        self._words = frozenset(words)
        self._prefixes = frozenset(word[:n] for word in self._words for n in range(1 + len(word)))
        self._space = space

    def may_follow(self, text: Text, character: int) -> bool:
        """Whether `text` plus this character is a prefix of an accepted text, as `text` must be."""
        last = self._last_word(text)
        if character == self._space:
            return last in self._words
        return (*last, character) in self._prefixes

    def is_complete(self, text: Text) -> bool:
        """Whether `text`, a prefix of an accepted text, is empty or ends with a complete word."""
        return not text or self._last_word(text) in self._words

    def _last_word(self, text: Text) -> Text:
        start = len(text)
        while start > 0 and text[start - 1] != self._space:
            start -= 1
        return text[start:]
