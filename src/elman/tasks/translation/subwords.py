"""Words and parts of words, which are a network's tokens."""

import base64
import io
from collections.abc import Iterable, Sequence
from typing import Self

import sentencepiece

PAD, BEGIN, END, UNKNOWN = range(4)  # the tokens that stand for no text


class Subwords:
    """A vocabulary of parts of words, by byte-pair encoding (Sennrich, Haddow & Birch 2016).

    It begins as the characters of a text; then, again and again, the two neighbours that occur most
    often become one token, until there are as many tokens as asked for.

    Args:
        serialized: a vocabulary as `serialize` gives it.

    Raises:
        ValueError: `serialized` is something else.
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
            size: tokens; fewer where the texts have no more parts.

        Raises:
            ValueError: the texts have more characters than `size`.
        """
        model = io.BytesIO()
        try:
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=iter(texts),
                model_writer=model,
                model_type="bpe",
                vocab_size=size,
                hard_vocab_limit=False,
                character_coverage=1.0,  # no character is too rare
                normalization_rule_name="identity",  # and none is replaced by another
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
        """The whole vocabulary as text, to be kept in a checkpoint."""
        return self._serialized

    def __len__(self) -> int:
        return int(self._processor.vocab_size())

    def encode(self, text: str) -> list[int]:
        """The tokens of a text; `UNKNOWN` stands for characters that the vocabulary lacks."""
        tokens: list[int] = self._processor.encode(text)
        return tokens

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of tokens; those that stand for no text are left out."""
        text: str = self._processor.decode([token for token in tokens if token > UNKNOWN])
        return text

    def pieces(self, tokens: Sequence[int]) -> list[str]:
        """Each token as a person reads it: `▁` is the space before a word."""
        pieces: list[str] = self._processor.id_to_piece(list(tokens))
        return pieces

    def unknown(self, text: str) -> list[str]:
        """The characters of a text that the vocabulary lacks, each once."""
        return [
            character
            for character in dict.fromkeys(text)
            if not character.isspace() and UNKNOWN in self.encode(character)
        ]
