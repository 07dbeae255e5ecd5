"""The vocabulary of a network that reads or writes characters."""

import numpy as np
import torch
from torch import Tensor


class Vocabulary:
    """Maps characters to the indices 0 … K − 1, in the order of their code points.

    Args:
        characters: the characters of the vocabulary; repeated ones count once.

    Attributes:
        characters: each character once, in order: `characters[k]` has the index k.
    """

    def __init__(self, characters: str) -> None:
        self.characters = "".join(sorted(set(characters)))
        self._code_points = _code_points(self.characters)

    def __len__(self) -> int:
        return len(self.characters)

    def encode(self, text: str) -> Tensor:
        """The indices of the characters of a text, `str → (T)`, int64.

        Raises:
            ValueError: the text has characters outside the vocabulary; the message lists them.
        """
        unknown = sorted(set(text) - set(self.characters))
        if unknown:
            raise ValueError(
                f"{' '.join(map(repr, unknown[:10]))} not among the {len(self)} characters "
                f"of the vocabulary: {self.characters!r}"
            )
        return torch.from_numpy(np.searchsorted(self._code_points, _code_points(text)))

    def decode(self, indices: Tensor) -> str:
        """The text of a sequence of indices, `(T) → str`."""
        return "".join(self.characters[k] for k in indices.tolist())


def _code_points(text: str) -> "np.ndarray[tuple[int], np.dtype[np.uint32]]":
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
