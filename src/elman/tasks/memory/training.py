"""Training and test on generated sequences, with baselines."""

from string import Formatter

from elman.data.generated import GeneratedData
from elman.tasks.memory.echo_state import EchoState
from elman.training.supervised import SupervisedTraining

# Sequences from which the readout of the echo state network is learned.
FITTED, FITTED_AT_EVERY_STEP = 1_000, 200


class MemoryTraining(SupervisedTraining):
    """Compares a test with what is reached without memory, and without learning V.

    The arguments are those of `SupervisedTraining`; the data are `GeneratedData`, and the network
    has its recurrent layer in `rnn`. In addition to the metrics of the objective, a test logs
    NAME_METRIC: the main metric of each baseline, `echo_state` and those of the data; and the
    further metrics of the data.
    """

    def on_test_epoch_end(self) -> None:
        """Logs the main metric of each baseline."""
        data: GeneratedData = self.trainer.datamodule  # type: ignore[attr-defined]
        metric = self.objective.metric
        baselines = {**data.baselines, "echo_state": self._echo_state(data)}
        forms = {name: form for _, name, form, _ in Formatter().parse(self.objective.summary)}
        logged = {f"{name}_{metric}": value for name, value in baselines.items()}
        texts = [
            f"{name.replace('_', ' ')} {{{name}_{metric}:{forms[metric]}}}" for name in baselines
        ]
        for name, value in data.further_metrics(self.network).items():
            logged[name] = value
            texts.append(f"{name.replace('_', ' ')} {{{name}:.4g}}")
        self.baseline_summary = ", ".join(texts)
        self.log_dict({f"test/{name}": value for name, value in logged.items()}, sync_dist=True)

    def _echo_state(self, data: GeneratedData) -> float:
        """The main metric of an echo state network with as many hidden units."""
        X, y = data.train_batch(FITTED)
        if y.dim() > 1:  # a target at every time step
            X, y = X[:, :FITTED_AT_EVERY_STEP], y[:, :FITTED_AT_EVERY_STEP]
        baseline = EchoState(X.shape[-1], self.network.rnn.hidden_size, data.seed)  # type: ignore[union-attr,arg-type]
        outputs = data.sizes.get("classes") or data.sizes["output_size"]
        baseline.fit(X, y, None if y.is_floating_point() else outputs)
        total, count = 0.0, 0
        for X, y in data.test_dataloader():
            O = baseline.predict(X, y)
            value = self.objective.metrics(self.objective.cost(O, y), O, y)[self.objective.metric]
            total += float(value) * self.objective.count(y)
            count += self.objective.count(y)
        return total / count
