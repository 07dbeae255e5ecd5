"""The best that weighted sums alone can do, to measure an autoencoder against."""

from typing import NamedTuple

import torch
from torch import Tensor


class PrincipalComponents(NamedTuple):
    """The mean of some examples and the directions in which they differ most.

    Attributes:
        mean: `(K)`.
        directions: orthonormal, the first explains most, `(n, K)`.
    """

    mean: Tensor
    directions: Tensor

    def encode(self, a: Tensor) -> Tensor:
        """Examples `(B, K)` → how far each goes in each direction, `(B, n)`."""
        return (a - self.mean) @ self.directions.T

    def reconstruct(self, a: Tensor) -> Tensor:
        """Examples `(B, K)` → the nearest that the mean and the directions can make, `(B, K)`."""
        return self.mean + self.encode(a) @ self.directions


def principal_components(a: Tensor, n: int) -> PrincipalComponents:
    """The first n principal components of the examples a `(N, K)`."""
    mean = a.mean(0)
    directions = torch.linalg.svd(a - mean, full_matrices=False).Vh[:n]
    return PrincipalComponents(mean, directions)
