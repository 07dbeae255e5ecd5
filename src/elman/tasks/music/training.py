"""Training on music, whose test compares with the frequencies of the notes."""

from elman.tasks.music.baselines import frequency_nll
from elman.tasks.music.data import MusicData
from elman.training.supervised import SupervisedTraining


class MusicTraining(SupervisedTraining):
    """A test also logs the negative log-likelihood of the baselines, see `frequency_nll`.

    The arguments are those of `SupervisedTraining`; the data are `MusicData`.
    """

    baseline_summary = (
        "frequencies of the notes {independent_nll:.3f}, given the previous chord "
        "{repeating_nll:.3f}"
    )

    def on_test_epoch_end(self) -> None:
        """Logs the baselines."""
        data: MusicData = self.trainer.datamodule  # type: ignore[attr-defined]
        baselines = frequency_nll(data.splits["train"], data.splits["test"])
        self.log_dict({f"test/{name}_nll": nll for name, nll in baselines.items()}, sync_dist=True)
