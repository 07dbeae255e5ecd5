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
        code_points = code_points_of(self.characters)
        # The index of each code point up to the greatest one, and −1 of all others.
        self._indices = np.full(int(code_points.max(initial=0)) + 2, -1)
        self._indices[code_points] = np.arange(len(code_points))

    def __len__(self) -> int:
        return len(self.characters)

    def encode(self, text: str) -> Tensor:
        """The indices of the characters of a text, `str → (T)`, int64.

        Raises:
            ValueError: the text has characters outside the vocabulary; the message lists them.
        """
        last = len(self._indices) - 1
        indices = self._indices[np.minimum(code_points_of(text), last)]
        if (indices < 0).any():
            unknown = sorted(set(text) - set(self.characters))
            raise ValueError(
                f"{' '.join(map(repr, unknown[:10]))} not among the {len(self)} characters "
                f"of the vocabulary: {self.characters!r}"
            )
        return torch.from_numpy(indices)

    def decode(self, indices: Tensor) -> str:
        """The text of a sequence of indices, `(T) → str`."""
        return "".join(self.characters[k] for k in indices.tolist())


def code_points_of(text: str) -> "np.ndarray[tuple[int], np.dtype[np.uint32]]":
    """The code points of the characters of a text, `str → (T)`."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
