"""How an autoencoder is trained."""

from typing import cast

from torch import Tensor
from torch.nn import functional

from elman.tasks.digits.principal_components import principal_components
from elman.training.supervised import Batch, SupervisedTraining


class ReconstructionTraining(SupervisedTraining):
    """Training in which the input itself is what is wanted of the outputs.

    A test tells, beside, the mean squared error of as many principal components as the code has
    numbers: what the best code of weighted sums alone would have lost.

    The arguments are those of `SupervisedTraining`; the network has a `code_size`.
    """

    baseline_summary = "principal components {mse_of_pca:.5f}"

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """The cost of a batch."""
        inputs, _ = batch
        return super().training_step((inputs, inputs), batch_idx)

    def _evaluate(self, part: str, batch: Batch, batch_idx: int) -> None:
        inputs, _ = batch
        super()._evaluate(part, (inputs, inputs), batch_idx)

    def on_test_epoch_end(self) -> None:
        """Logs the error of the principal components of the training examples."""
        data = self.trainer.datamodule  # type: ignore[attr-defined]
        (seen, _), (unseen, _) = data.pictures("train"), data.pictures("test")
        code_size = cast("int", self.network.code_size)
        components = principal_components(seen, code_size)
        self.log("test/mse_of_pca", functional.mse_loss(components.reconstruct(unseen), unseen))
