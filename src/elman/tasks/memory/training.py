"""Training and test on generated sequences, with baselines."""

from string import Formatter

from elman.data.generated import GeneratedData
from elman.training.supervised import SupervisedTraining


class MemoryTraining(SupervisedTraining):
    """Compares a test with what is reached without memory, and without learning V.

    The arguments are those of `SupervisedTraining`; the data are `GeneratedData`. In addition to
    the metrics of the objective, a test logs NAME_METRIC: the main metric of each baseline, and the
    further metrics of the data.
    """

    def on_test_epoch_end(self) -> None:
        """Logs the main metric of each baseline."""
        data: GeneratedData = self.trainer.datamodule  # type: ignore[attr-defined]
        metric, baselines = self.objective.metric, data.baselines
        forms = {name: form for _, name, form, _ in Formatter().parse(self.objective.summary)}
        self.baseline_summary = ", ".join(
            f"{name.replace('_', ' ')} {{{name}_{metric}:{forms[metric]}}}" for name in baselines
        )
        for name, value in baselines.items():
            self.log(f"test/{name}_{metric}", value)
        for name, value in data.further_metrics(self.network).items():
            self.log(f"test/{name}", value)
