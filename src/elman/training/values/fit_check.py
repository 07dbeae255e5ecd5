"""Whether the parts of a training fit each other, found out before it begins."""

import torch
from lightning import LightningDataModule, LightningModule, Trainer
from lightning.pytorch.utilities.seed import isolate_rng
from omegaconf import DictConfig

from elman.data.description import source_of


def check_fit(
    config: DictConfig, module: LightningModule, data: LightningDataModule, device: torch.device
) -> None:
    """Validates one batch, and looks for the metrics by which a callback judges the training.

    Args:
        config: of the training.
        module: to be trained.
        data: that have been set up.
        device: where this process validates.

    Raises:
        ValueError: the network, the objective, the training and the data do not fit each other, or
            a callback monitors a metric that no validation logs.
    """
    trainer = config.trainer
    if trainer.get("limit_val_batches") == 0 or trainer.get("num_nodes", 1) > 1:
        return
    logged = _logged_by_a_validation(module, data, device)
    for name, callback in (config.get("callbacks") or {}).items():
        monitor = callback.get("monitor")
        if isinstance(monitor, str) and monitor.startswith("validation/") and monitor not in logged:
            raise ValueError(
                f"callbacks.{name}.monitor must be one of {', '.join(sorted(logged))}, which the "
                f"validation of this training logs, got {monitor!r}"
            )


def _logged_by_a_validation(
    module: LightningModule, data: LightningDataModule, device: torch.device
) -> list[str]:
    trial = Trainer(
        accelerator=device.type,
        devices=[device.index or 0] if device.type == "cuda" else 1,
        limit_val_batches=1,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        use_distributed_sampler=False,
        inference_mode=False,  # a metric may keep what it has computed
    )
    parts = {
        "network": getattr(module, "network", None),
        "objective": getattr(module, "objective", None),
        "training": module,
    }
    try:
        with isolate_rng():
            trial.validate(module, data, verbose=False)
    except ValueError:
        raise
    except Exception as error:
        names = ", ".join(f"{part} {type(value).__name__}" for part, value in parts.items())
        reason = " ".join(str(error).split())
        raise ValueError(
            f"{names} and the data {source_of(data)} must fit each other, but the validation of a "
            f"batch fails: {type(error).__name__}: {reason}"
        ) from error
    return list(trial.callback_metrics)
