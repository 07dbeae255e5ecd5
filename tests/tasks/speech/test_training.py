import itertools
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from omegaconf import DictConfig
from scipy.io import wavfile

from elman.tasks.speech.data import SpeechData
from elman.tasks.speech.objective import ConnectionistTemporalClassification
from elman.tasks.speech.training import lexicon_of
from elman.tasks.speech.transcribe import transcribe
from elman.training.checkpoint import restore
from elman.training.evaluate import evaluate
from elman.training.results import Result, RunGroup
from elman.training.run_folder import LAST
from elman.training.train import train

Compose = Callable[..., DictConfig]


@pytest.fixture
def configure(composed: Compose, tones: Path, tmp_path: Path) -> Compose:
    def configured(*overrides: str, run: str = "run") -> DictConfig:
        (tmp_path / run).mkdir(exist_ok=True)
        return composed(
            "train",
            "experiment=speech",
            f"output_dir={tmp_path / run}",
            f"data.path={tones}",
            "data.validation=0.1",
            "data.test=0.2",
            "data.noise=[60]",
            "data.batch_size=4",
            "data.speed=0",
            "data.throat=0",
            "data.context=0",
            "network.hidden_size=48",
            "rnn.num_layers=1",
            "rnn.dropout=0",
            "optimizer.lr=1e-2",
            "trainer.log_every_n_steps=2",
            "~callbacks.progress",
            "+trainer.enable_progress_bar=false",
            *overrides,
        )

    return configured


def test_learns_to_write_down_tones(
    configure: Compose,
    composed: Compose,
    tones: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    error = train(
        configure(
            "trainer.max_epochs=60", "+trainer.check_val_every_n_epoch=5", "optimizer.lr=5e-3"
        )
    )
    assert error <= 0.05  # at first, when nothing is written: 1
    run = tmp_path / "run"
    assert "60dB " in RunGroup("", [Result.read(run)]).baselines()
    assert f"Test: {error:.2%} of the words wrong on 20 utterances by 2 voices" in caplog.text
    for figure in (
        "cer",
        "wer_greedy",
        "wer_60dB",
        "wer_greedy_60dB",
    ):
        assert f"{figure} 0" in caplog.text
    assert "transcribe.py" in caplog.text
    progress = "+trainer.enable_progress_bar=false"
    again = evaluate(composed("evaluate", f"checkpoint={run}", f"data.path={tones}", progress))
    assert again == error

    # A file from outside: another rate, two channels, floats.
    table = dict(
        line.split("\t")[:2] for line in (tones / "transcripts.tsv").read_text().splitlines()
    )
    _, samples = wavfile.read(tones / "7.wav")
    louder = np.repeat(samples / 2**15, 3)  # three times the rate
    outside = tmp_path / "outside.wav"
    wavfile.write(outside, 48_000, np.column_stack([louder, louder]).astype(np.float32))
    heard = transcribe(composed("transcribe", f"checkpoint={run}", f"audio={outside}"))
    assert heard == table["7.wav"]


def test_a_resumed_training_ends_where_an_uninterrupted_one_does(
    configure: Compose, tmp_path: Path
) -> None:
    # The last checkpoint is written with the best, and the cost falls from the beginning.
    options = ["~scheduler", "~callbacks.learning_rate"]
    options += ["callbacks.checkpoint.monitor=validation/cost"]
    train(configure(*options, "trainer.max_epochs=2", run="whole"))
    train(configure(*options, "trainer.max_epochs=1", run="parts"))
    train(configure(*options, "trainer.max_epochs=2", f"resume={tmp_path / 'parts'}", run="parts"))
    whole, parts = (
        torch.load(tmp_path / run / LAST, weights_only=True)["state_dict"]
        for run in ("whole", "parts")
    )
    for name, weight in whole.items():
        assert torch.equal(parts[name], weight), name


def test_learns_with_the_built_in_layer(configure: Compose) -> None:
    assert train(configure("rnn=torch", "trainer.max_epochs=20")) < 0.5


def test_the_words_that_may_be_said() -> None:
    data = SpeechData(["on", "no"])
    lexicon = lexicon_of(data)
    assert lexicon is not None
    for text, known in (("on no", True), ("no", True), ("no o", False), ("no ", False)):
        assert lexicon.is_complete(tuple(data.numbers(text).tolist())) == known
    assert lexicon_of(SpeechData(["on"], path="recordings")) is None
    without_spaces = lexicon_of(SpeechData(["on"], longest=1, alphabet="no"))
    assert without_spaces is not None
    assert without_spaces.is_complete((2, 1))
    assert not any(without_spaces.may_follow((2, 1), k) for k in (1, 2))


def test_cost_is_that_of_all_alignments() -> None:
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


def test_an_utterance_too_short_for_its_text_has_no_cost() -> None:
    log_y = torch.zeros(4, 2, 3).log_softmax(-1)
    y = torch.tensor([[1, 2], [1, 1]]), torch.tensor([2, 2]), torch.zeros(2)
    objective = ConnectionistTemporalClassification()
    assert objective.cost((log_y, torch.tensor([2, 3])), y).isfinite()
    with pytest.raises(ValueError, match="2 time steps is too short for its text of 2 characters"):
        objective.cost((log_y, torch.tensor([4, 2])), y)


def test_sounds_that_cannot_be_written_down(
    configure: Compose, composed: Compose, tmp_path: Path
) -> None:
    train(configure("trainer.max_epochs=1"))
    run = tmp_path / "run"

    def heard(audio: Path, *overrides: str) -> str:
        return transcribe(composed("transcribe", f"checkpoint={run}", f"audio={audio}", *overrides))

    short = tmp_path / "short.wav"
    wavfile.write(short, 16_000, np.ones(500, np.int16))
    with pytest.raises(ValueError, match=r"audio: .*short\.wav is 0\.031 s long, too short"):
        heard(short)
    with pytest.raises(FileNotFoundError, match=r"audio: there is no file .*missing\.wav"):
        heard(tmp_path / "missing.wav")
    with pytest.raises(ValueError, match=r"audio: .* is no whole WAV file"):
        heard(run / "config.yaml")
    with pytest.raises(ValueError, match="beam_width must be greater than zero"):
        heard(short, "beam_width=0")
    silence = tmp_path / "silence.wav"
    wavfile.write(silence, 16_000, np.zeros(5000, np.int16))
    assert isinstance(heard(silence), str)
    network, data, _ = restore(run)
    assert data.sizes["input_size"] == network.input_size
