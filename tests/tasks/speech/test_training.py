import itertools
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hydra import compose, initialize_config_dir
from omegaconf import DictConfig
from scipy.io import wavfile

from elman.cli.values import read_values
from elman.tasks.speech import transcribe as module
from elman.tasks.speech.data import SpeechData
from elman.tasks.speech.objective import ConnectionistTemporalClassification
from elman.tasks.speech.training import build_lexicon
from elman.tasks.speech.transcribe import Transcribe, transcribe
from elman.training.checkpoints.checkpoint import restore
from elman.training.evaluate import Evaluate, evaluate
from elman.training.runs.folder import LAST
from elman.training.runs.results import Result, RunGroup
from elman.training.train import train

CONF = Path(__file__).parents[3] / "conf"


def composed(name: str, *overrides: str) -> DictConfig:
    """Composes `conf/NAME.yaml` with overrides, in fixtures of any scope."""
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return compose(name, overrides=list(overrides))


def configure(tones: Path, run: Path, *overrides: str) -> DictConfig:
    """A short training on the recordings, in the folder `run`."""
    run.mkdir(exist_ok=True)
    return composed(
        "train",
        "experiment=speech",
        f"output_dir={run}",
        f"data.path={tones}",
        "data.validation=0.1",
        "data.test=0.2",
        "data.snr=[60]",
        "data.batch_size=4",
        "data.speed_perturbation=0",
        "data.vocal_tract_perturbation=0",
        "data.context=0",
        "network.hidden_size=48",
        "rnn.num_layers=1",
        "rnn.dropout=0",
        "optimizer.lr=1e-2",
        "training.beam_width=5",
        "trainer.log_every_n_steps=2",
        "~callbacks.progress",
        "+trainer.enable_progress_bar=false",
        *overrides,
    )


class Trained(NamedTuple):
    """A trained run: its folder and its test error."""

    run: Path
    wer: float


@pytest.fixture(scope="module")
def trained(tones: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    run = tmp_path_factory.mktemp("speech") / "run"
    options = ["trainer.max_epochs=25", "+trainer.check_val_every_n_epoch=5"]
    return Trained(run, train(configure(tones, run, *options)).score)


def test_learns_to_transcribe_tones(
    trained: Trained, tones: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, wer = trained
    assert wer <= 0.2  # 1 at first, when every text is empty
    baselines = RunGroup("", [Result.read(run)]).baselines()
    assert baselines.startswith("greedy ")
    assert "; 60dB " in baselines
    progress = "+trainer.enable_progress_bar=false"
    again = evaluate(
        read_values(
            Evaluate, composed("evaluate", f"checkpoint={run}", f"data.path={tones}", progress)
        )
    )
    assert again == wer
    printed = capsys.readouterr().out
    assert f"Test: word error rate {wer:.2%} on 20 utterances by 2 speakers not in" in printed
    for metric in ("cer", "wer_greedy", "wer_60dB", "wer_greedy_60dB"):
        assert f"{metric} 0" in printed


def test_transcribes_a_file_of_another_format(
    trained: Trained, tones: Path, tmp_path: Path
) -> None:
    lines = (tones / "transcripts.tsv").read_text().splitlines()
    texts = dict(line.split("\t")[:2] for line in lines)
    _, samples = wavfile.read(tones / "7.wav")
    slower = np.repeat(samples / 2**15, 3)  # at three times the sample rate
    path = tmp_path / "other.wav"
    wavfile.write(path, 48_000, np.column_stack([slower, slower]).astype(np.float32))
    config = read_values(
        Transcribe, composed("transcribe", f"checkpoint={trained.run}", f"audio={path}")
    )
    assert transcribe(config) == texts["7.wav"]


@pytest.mark.parametrize(("override", "expected"), [(None, 5), ("beam_width=2", 2)])
def test_the_default_beam_width_is_that_of_the_checkpoint(
    trained: Trained,
    tones: Path,
    monkeypatch: pytest.MonkeyPatch,
    override: str | None,
    expected: int,
) -> None:
    widths = []

    def search(_: torch.Tensor, beam_width: int, __: object) -> tuple[tuple[int, ...], float]:
        widths.append(beam_width)
        return (), 0.0

    monkeypatch.setattr(module, "prefix_beam_search", search)
    overrides = [f"checkpoint={trained.run}", f"audio={tones / '7.wav'}"]
    assert (
        transcribe(
            read_values(Transcribe, composed("transcribe", *overrides, *filter(None, [override])))
        )
        == ""
    )
    assert widths == [expected]


def test_unusable_sounds_and_beam_widths_are_refused(trained: Trained, tmp_path: Path) -> None:
    def transcript(audio: Path, *overrides: str) -> str:
        return transcribe(
            read_values(
                Transcribe,
                composed("transcribe", f"checkpoint={trained.run}", f"audio={audio}", *overrides),
            )
        )

    short = tmp_path / "short.wav"
    wavfile.write(short, 16_000, np.ones(500, np.int16))
    with pytest.raises(ValueError, match=r"audio: .*short\.wav is 0\.031 s long, which is too sh"):
        transcript(short)
    with pytest.raises(FileNotFoundError, match=r"audio: there is no file .*missing\.wav"):
        transcript(tmp_path / "missing.wav")
    with pytest.raises(ValueError, match=r"audio: .* is not a complete WAV file"):
        transcript(trained.run / LAST)
    with pytest.raises(ValueError, match="beam_width must be from 1 to 10000"):
        transcript(short, "beam_width=0")
    silence = tmp_path / "silence.wav"
    wavfile.write(silence, 16_000, np.zeros(5000, np.int16))
    assert isinstance(transcript(silence), str)
    network, data, _ = restore(trained.run)
    assert data.sizes["input_size"] == network.input_size


def test_another_network_cannot_transcribe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "restore", lambda *_, **__: (torch.nn.Linear(1, 1), None, {}))
    with pytest.raises(ValueError, match="contains a Linear, which cannot transcribe speech"):
        transcribe(read_values(Transcribe, composed("transcribe", "checkpoint=run", "audio=x.wav")))


def test_a_resumed_training_equals_an_uninterrupted_one(tones: Path, tmp_path: Path) -> None:
    # The last checkpoint is written with the best, and the cost falls from the beginning.
    options = ["~scheduler", "~callbacks.learning_rate", "rnn=torch"]
    options += ["callbacks.checkpoint.monitor=validation/cost"]
    whole, resumed = tmp_path / "whole", tmp_path / "resumed"
    train(configure(tones, whole, *options, "trainer.max_epochs=2"))
    train(configure(tones, resumed, *options, "trainer.max_epochs=1"))
    train(configure(tones, resumed, *options, "trainer.max_epochs=2", f"resume={resumed}"))
    expected, actual = (
        torch.load(run / LAST, weights_only=True)["state_dict"] for run in (whole, resumed)
    )
    for name, weight in expected.items():
        assert torch.equal(actual[name], weight), name


def test_the_build_lexicon_a_closed_vocabulary() -> None:
    data = SpeechData(["on", "no"])
    lexicon = build_lexicon(data)
    assert lexicon is not None
    for text, known in (("on no", True), ("no", True), ("no o", False), ("no ", False)):
        assert lexicon.is_complete(tuple(data.encode(text).tolist())) == known
    assert build_lexicon(SpeechData(["on"], path="recordings")) is None
    without_spaces = build_lexicon(SpeechData(["on"], max_words=1, alphabet="no"))
    assert without_spaces is not None
    assert without_spaces.is_complete((2, 1))
    assert not any(without_spaces.allows((2, 1), k) for k in (1, 2))


def test_the_cost_sums_over_all_alignments() -> None:
    generator = torch.Generator().manual_seed(0)
    log_y = torch.randn(5, 2, 3, generator=generator, dtype=torch.float64).log_softmax(-1)
    texts, steps = [(1, 2), (1, 1)], [4, 5]
    total = 0.0
    for b, (text, T) in enumerate(zip(texts, steps, strict=True)):
        total -= math.log(
            sum(
                math.exp(sum(float(log_y[t, b, k]) for t, k in enumerate(alignment)))
                for alignment in itertools.product(range(3), repeat=T)
                if tuple(k for k, _ in itertools.groupby(alignment) if k) == text
            )
        )
    y = torch.tensor(texts), torch.tensor([2, 2]), torch.zeros(2)
    cost = ConnectionistTemporalClassification().cost((log_y, torch.tensor(steps)), y)
    assert cost.item() == pytest.approx(total / 4, abs=1e-12)


def test_an_utterance_too_short_for_its_text_is_refused() -> None:
    log_y = torch.zeros(4, 2, 3).log_softmax(-1)
    y = torch.tensor([[1, 2], [1, 1]]), torch.tensor([2, 2]), torch.zeros(2)
    objective = ConnectionistTemporalClassification()
    assert objective.cost((log_y, torch.tensor([2, 3])), y).isfinite()
    with pytest.raises(ValueError, match="2 time steps is too short for its text of 2 characters"):
        objective.cost((log_y, torch.tensor([4, 2])), y)
