"""Subword vocabulary: a network's tokens are words and parts of words."""

import base64
import io
from collections.abc import Iterable, Sequence
from typing import Self

import sentencepiece

PAD, BEGIN, END, UNKNOWN = range(4)  # special tokens, which stand for no text
SPACE = "▁"  # SentencePiece writes the space before a word as this character
MARKS = {BEGIN: "(begin)", END: "(end)"}  # for people
CONTINUES = "##"  # marks a token that continues a word, for people


class Subwords:
    """A subword vocabulary by byte-pair encoding (Sennrich, Haddow & Birch 2016).

    Byte-pair encoding starts from single characters and merges the most frequent pair of
    neighbouring tokens into a new token, until the vocabulary has the required size.

    Args:
        serialized: a vocabulary as `serialize` returns it.

    Raises:
        ValueError: `serialized` is not a vocabulary.
    """

    def __init__(self, serialized: str) -> None:
        self._serialized = serialized
        try:
            self._processor = sentencepiece.SentencePieceProcessor()
            self._processor.LoadFromSerializedProto(base64.b64decode(serialized, validate=True))
        except (ValueError, RuntimeError) as error:
            raise ValueError("the vocabulary is damaged") from error

    @classmethod
    def learn(cls, texts: Iterable[str], size: int) -> Self:
        """The vocabulary of `texts`.

        Args:
            texts: sentences.
            size: number of tokens; fewer if the texts do not have so many different parts.

        Raises:
            ValueError: the texts have more different characters than `size`.
        """
        model = io.BytesIO()
        try:
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=iter(texts),
                model_writer=model,
                model_type="bpe",
                vocab_size=size,
                hard_vocab_limit=False,
                character_coverage=1.0,  # keep rare characters
                normalization_rule_name="identity",  # do not replace characters
                pad_id=PAD,
                bos_id=BEGIN,
                eos_id=END,
                unk_id=UNKNOWN,
                num_threads=1,
                minloglevel=2,
            )
        except RuntimeError as error:
            raise ValueError(f"data.vocabulary_size: {size} tokens ({error})") from error
        return cls(base64.b64encode(model.getvalue()).decode("ascii"))

    def serialize(self) -> str:
        """The whole vocabulary as text, for a checkpoint."""
        return self._serialized

    def __len__(self) -> int:
        return int(self._processor.vocab_size())

    def encode(self, text: str) -> list[int]:
        """The tokens of a text; a character outside the vocabulary becomes `UNKNOWN`."""
        tokens: list[int] = self._processor.encode(text)
        return tokens

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of tokens, without special tokens."""
        text: str = self._processor.decode([token for token in tokens if token > UNKNOWN])
        return text

    def readable(self, tokens: Sequence[int]) -> list[str]:
        """The text of each token; `CONTINUES` marks a token that continues the word before it.

        A token that is only the space before a word is "␣"; the begin and the end of a sentence are
        "(begin)" and "(end)".
        """
        texts: list[str] = self._processor.id_to_piece(list(tokens))
        return [
            MARKS[token]
            if token in MARKS
            else "␣"
            if text == SPACE
            else text.removeprefix(SPACE)
            if text.startswith(SPACE) or previous == SPACE
            else f"{CONTINUES}{text}"
            for token, text, previous in zip(tokens, texts, [SPACE, *texts], strict=False)
        ]

    def unknown_characters(self, text: str) -> list[str]:
        """The distinct characters of a text that are not in the vocabulary."""
        return [
            character
            for character in dict.fromkeys(text)
            if not character.isspace() and UNKNOWN in self.encode(character)
        ]
