"""The callbacks that every training has, also where only an additional one was chosen."""

from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from elman.training.objectives import Objective

BASE = Path(__file__).parents[1] / "conf" / "callbacks" / "base.yaml"


def with_base_callbacks(callbacks: DictConfig | None, objective: Objective) -> DictConfig | None:
    """Adds the base to callbacks that belong to no task, such as `callbacks=gradient_flow`.

    Args:
        callbacks: their configurations by name; those of a task have the base already.
        objective: its main metric on the validation data selects the checkpoint.

    Returns:
        The configurations by name. No callbacks at all remain none.
    """
    base = OmegaConf.load(BASE)
    # An experiment may set a value of the base, as callbacks.checkpoint.monitor, without the rest.
    if not callbacks or any("_target_" in (callbacks.get(name) or {}) for name in base):
        return callbacks
    base.checkpoint.update(monitor=f"validation/{objective.metric}", mode=objective.mode)
    return OmegaConf.merge(base, callbacks)  # type: ignore[return-value]
