"""Training of an autoencoder."""

from functools import cached_property
from typing import Any, cast

import torch
from sklearn.decomposition import PCA
from torch import Tensor
from torch.nn import functional

from elman.training.supervised import Batch, SupervisedTraining


class ReconstructionTraining(SupervisedTraining):
    """Supervised training whose targets are the inputs.

    A test also logs `pca_mse`: the mean squared error of principal component analysis with as many
    components as the code has numbers. No linear code of that size has a lower one on the training
    data.

    The arguments are those of `SupervisedTraining`; the network has a `code_size`.
    """

    baseline_summary = "principal components {pca_mse:.5f}"

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """The cost of a batch."""
        inputs, _ = batch
        return super().training_step((inputs, inputs), batch_idx)

    def _evaluate(self, part: str, batch: Batch, batch_idx: int) -> None:
        inputs, _ = batch
        super()._evaluate(part, (inputs, inputs), batch_idx)

    def step_costs(self, output: Any, batch: Batch) -> Tensor:
        """The cost of a batch, whose targets are its inputs."""
        inputs, _ = batch
        return super().step_costs(output, (inputs, inputs))

    @cached_property
    def _pca(self) -> PCA:
        images, _ = self.trainer.datamodule.images("train")  # type: ignore[attr-defined]
        return PCA(cast("int", self.network.code_size), svd_solver="full").fit(images.numpy())

    def pca_reconstruction(self, images: Tensor) -> Tensor:
        """Reconstructs images `(N, K)` from the principal components of the training images."""
        components = self._pca.transform(images.numpy())  # (N, code_size)
        return torch.from_numpy(self._pca.inverse_transform(components))

    def on_test_epoch_end(self) -> None:
        """Logs `pca_mse`."""
        images, _ = self.trainer.datamodule.images("test")  # type: ignore[attr-defined]
        reconstructions = self.pca_reconstruction(images)
        self.log("test/pca_mse", functional.mse_loss(reconstructions, images))
