"""Training as in Elman 1990, and the test of each experiment."""

from pathlib import Path

from elman.tasks.elman1990.letters import LettersReport
from elman.tasks.elman1990.predictions import predict
from elman.tasks.elman1990.report import Report
from elman.tasks.elman1990.sentences import SentencesReport
from elman.tasks.elman1990.words import WordsReport
from elman.tasks.elman1990.xor import XorReport
from elman.training.truncated_bptt import TruncatedBPTT

REPORTS: dict[str, type[Report]] = {
    "xor": XorReport,
    "letters": LettersReport,
    "words": WordsReport,
    "sentences": SentencesReport,
}


class Elman1990Training(TruncatedBPTT):
    """Truncated backpropagation through time whose test looks for what the paper found.

    The arguments are those of `TruncatedBPTT`; the data are `Elman1990Data`. With `look_back=1` the
    previous state is a constant, a copy as in the paper. In addition to the metrics of the
    objective, a test logs those of the experiment's `Report`, and

        floor: the error of the exact likelihoods, the lowest that is possible.
        constant: the error of always predicting the mean code.

    Attributes:
        experiment: the report of the last test.
    """

    experiment: Report
    baseline_summary = "exact likelihoods {floor:.4f}, always the mean code {constant:.4f}"

    def on_test_epoch_end(self) -> None:
        """Logs the metrics of the experiment and of the baselines."""
        data = self.trainer.datamodule  # type: ignore[attr-defined]
        predictions = predict(self.network, data)
        self.experiment = REPORTS[data.name](predictions)
        metrics = {"floor": float(predictions.floors.mean()), "constant": predictions.constant}
        metrics |= self.experiment.metrics
        self.log_dict({f"test/{name}": value for name, value in metrics.items()}, sync_dist=True)

    def report(self, folder: Path | None = None) -> str:
        """What the experiment shows, in words; draws it into `folder`."""
        if folder is not None:
            self.experiment.plot(folder)
        return self.experiment.text
