"""Records the gradients through time during a training."""

import logging
from pathlib import Path
from typing import cast

from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.loggers import TensorBoardLogger
from lightning.pytorch.utilities import rank_zero_only
from torch import Tensor

from elman.checks import check_size
from elman.inspection.float64 import to_float64
from elman.inspection.gradient_flow.files import write_npz
from elman.inspection.gradient_flow.flow import GradientFlow, gradient_flow
from elman.inspection.gradient_flow.memory_length import gradient_ratio, has_lags, memory_length
from elman.inspection.gradient_flow.plot import draw_gradient_flow
from elman.inspection.validation_sequences import validation_sequences
from elman.training.runs.folder import GRADIENT_FLOW
from elman.training.supervised import Batch, SupervisedTraining

log = logging.getLogger(__name__)


class RecordGradientFlow(Callback):
    """Computes ‖∂C_s/∂h_t‖ on validation data, before the training and at every validation.

    It writes `gradient_flow/STEP.npz` into the run's folder, with the arrays of `write_npz` and
    those of the batch ("inputs.0", …). It logs the memory length and the gradient ratio of each
    cell, medians over the sequences, and a picture to TensorBoard. The training does not change.

    Args:
        run: the run's folder.
        sequences: the largest number of sequences.
        steps: the largest number of time steps, where the data are streams without an end.

    Raises:
        TypeError, ValueError: a number is not a positive int.
    """

    def __init__(self, run: str | Path, sequences: int = 4, steps: int = 64) -> None:
        self.folder = Path(run) / GRADIENT_FLOW
        self.sequences = check_size("callbacks.gradient_flow.sequences", sequences)
        self.steps = check_size("callbacks.gradient_flow.steps", steps)
        self._batch: Batch | None = None

    @rank_zero_only
    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Records the network before the training.

        Raises:
            ValueError: the network has no recurrent layer, or its gradients cannot be computed.
        """
        data = trainer.datamodule  # type: ignore[attr-defined]
        _, batch = validation_sequences(data, 0, self.sequences, self.steps)
        self._batch = pl_module.transfer_batch_to_device(batch, pl_module.device, 0)
        self._record(trainer, cast("SupervisedTraining", pl_module))

    @rank_zero_only
    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Records the network after a validation."""
        if trainer.sanity_checking or self._batch is None:
            return
        try:
            self._record(trainer, cast("SupervisedTraining", pl_module))
        except ValueError as error:  # infinite gradients, for example, do not end the training
            log.warning("No gradient flow after %s steps: %s", f"{trainer.global_step:,}", error)

    def _record(self, trainer: Trainer, module: SupervisedTraining) -> None:
        batch = cast("Batch", self._batch)
        inputs, _ = batch
        flow = gradient_flow(
            module.network,
            inputs,
            lambda output: module.step_costs(output, to_float64(batch)),
        )
        step = trainer.global_step
        for logger in trainer.loggers:
            logger.log_metrics(flow_metrics(flow), step)
            if isinstance(logger, TensorBoardLogger):
                logger.experiment.add_figure("gradient_flow", draw_gradient_flow(flow), step)
        if not trainer.fast_dev_run:  # type: ignore[attr-defined]
            self.folder.mkdir(parents=True, exist_ok=True)
            tensors = [inputs] if isinstance(inputs, Tensor) else inputs
            arrays = {
                f"inputs.{k}": x.cpu() for k, x in enumerate(tensors) if isinstance(x, Tensor)
            }
            write_npz(self.folder / f"{step:08d}.npz", flow, **arrays)


def flow_metrics(flow: GradientFlow) -> dict[str, float]:
    """The memory length and the gradient ratio of each cell, medians over the sequences."""
    metrics = {}
    for cell in filter(has_lags, flow.cells):
        for name, values in (
            ("memory_length", memory_length(cell).double()),
            ("gradient_ratio", gradient_ratio(cell)),
        ):
            metrics[f"gradient_flow/{cell.name}/{name}"] = float(values.nanmedian())
    return metrics
