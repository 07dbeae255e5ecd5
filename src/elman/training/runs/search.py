"""A search by Optuna that continues where it was interrupted."""

from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from hydra.experimental.callback import Callback
from omegaconf import DictConfig, open_dict, read_write

FILE = "sqlite:///"


class ContinueSearch(Callback):
    """Continues the study in the storage file until `n_trials` trials have a result.

    A trial without a result, as after `kill -9`, counts as failed, unless another process searches
    in the same file.
    """

    def on_multirun_start(self, config: DictConfig, **kwargs: Any) -> None:  # noqa: ARG002
        """Ends the trials that were interrupted, and lowers `n_trials` to those still missing.

        Raises:
            SystemExit: none is missing.
        """
        # Only this kind of sweep needs it.
        import optuna  # type: ignore[import-not-found, unused-ignore]  # noqa: PLC0415

        sweeper = config.hydra.sweeper
        if not (sweeper.storage or "").startswith(FILE):
            return
        file = Path(sweeper.storage.removeprefix(FILE))
        file.parent.mkdir(parents=True, exist_ok=True)
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        study = optuna.create_study(
            study_name=sweeper.study_name,
            storage=sweeper.storage,
            direction=sweeper.direction,
            load_if_exists=True,
        )
        if self._is_alone(file):
            for trial in study.get_trials(states=[optuna.trial.TrialState.RUNNING]):
                study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
        trials = study.get_trials(deepcopy=False)
        finished = sum(trial.state == optuna.trial.TrialState.COMPLETE for trial in trials)
        if finished >= sweeper.n_trials:
            print(
                f"The study {study.study_name} in {file} has {finished} trials with a result; the "
                f"best is {study.best_value:.4g} with {study.best_params}. To go on, raise "
                "hydra.sweeper.n_trials."
            )
            raise SystemExit
        with read_write(config), open_dict(config):
            sweeper.n_trials -= finished
            if sweeper.sampler.get("seed") is not None:
                sweeper.sampler.seed += len(trials)  # or it would draw the same values again
        if finished:
            print(f"The search continues after {finished} trials, with {sweeper.n_trials} more.")

    def _is_alone(self, file: Path) -> bool:
        """Takes a lock, held as long as this process lives; false: another process has it."""
        self._lock = FileLock(file.with_name(f"{file.name}.lock"))
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        return True
