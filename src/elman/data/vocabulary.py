"""The characters a network knows."""

import numpy as np
import torch
from torch import Tensor


class Vocabulary:
    """Numbers characters 0 … K − 1 in the order of their code points.

    Args:
        characters: each character once or more often.

    Attributes:
        characters: each character once, in order: `characters[k]` has number k.
    """

    def __init__(self, characters: str) -> None:
        self.characters = "".join(sorted(set(characters)))
        self._code_points = _code_points(self.characters)

    def __len__(self) -> int:
        return len(self.characters)

    def encode(self, text: str) -> Tensor:
        """The numbers of the characters of `text`, int64 `(len(text))`.

        Raises:
            ValueError: the text has characters that the vocabulary lacks; the message names them.
        """
        unknown = sorted(set(text) - set(self.characters))
        if unknown:
            raise ValueError(
                f"{' '.join(map(repr, unknown[:10]))} not among the {len(self)} characters "
                f"the network knows: {self.characters!r}"
            )
        return torch.from_numpy(np.searchsorted(self._code_points, _code_points(text)))

    def decode(self, numbers: Tensor) -> str:
        """The text whose characters have these numbers, `(T) → str`."""
        return "".join(self.characters[k] for k in numbers.tolist())


def _code_points(text: str) -> "np.ndarray[tuple[int], np.dtype[np.uint32]]":
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
