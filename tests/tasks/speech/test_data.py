import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.io import wavfile

from elman.tasks.speech import synthetic
from elman.tasks.speech.data import SpeechData
from elman.tasks.speech.espeak import Prompt
from elman.tasks.speech.log_mel import MEL_BANDS, WINDOW
from elman.tasks.speech.voices import UNSEEN_ACCENT, voices


def data(path: Path | None, **values: object) -> SpeechData:
    defaults = {"validation": 0.2, "test": 0.2, "context": 0}
    made = SpeechData(["la"], str(path), **{**defaults, "batch_size": 8, **values})  # type: ignore[arg-type]
    made.prepare_data()
    made.setup()
    return made


def with_another(tones: Path, folder: Path, samples: int, text: str) -> Path:
    """A copy of the recordings with another one, `bad.wav`."""
    shutil.copytree(tones, folder / "tones")
    folder /= "tones"
    random = np.random.default_rng(0)
    wavfile.write(folder / "bad.wav", 16_000, random.normal(size=samples).astype(np.float32))
    with (folder / "transcripts.tsv").open("a") as table:
        table.write(f"bad.wav\t{text}\tspeaker 0\n")
    return folder


def test_batches_have_the_documented_shapes(tones: Path) -> None:
    made = data(tones)
    seen = 0
    for (X, steps), (characters, lengths, conditions) in made.train_dataloader():
        B = X.shape[1]
        seen += B
        assert X.shape == (steps.max(), B, 2 * MEL_BANDS)
        assert X.dtype == torch.float32
        assert characters.shape == (B, lengths.max())
        assert conditions.tolist() == [0] * B
        for text, length in zip(characters, lengths.tolist(), strict=True):
            assert set(made.decode(text[:length].tolist()).split()) <= {"la", "so", "mi"}
            assert text[:length].min() > 0  # 0 is the blank
    assert seen == 60
    assert made.sizes == {"input_size": 2 * MEL_BANDS, "outputs": 29}
    wide = data(tones, context=3)
    (X, _), _ = next(iter(wide.test_dataloader()))
    assert X.shape[2] == wide.sizes["input_size"] == 8 * MEL_BANDS


def test_no_speaker_is_in_two_splits(tones: Path) -> None:
    made = data(tones)
    splits = made.splits
    speakers = [{u.speaker for u in splits[split]} for split in ("train", "validation", "test")]
    assert [len(each) for each in speakers] == [6, 2, 2]
    assert not set.intersection(*speakers)
    assert made.test_description == (
        "20 utterances by 2 speakers not in the training data, without added noise"
    )


def test_every_utterance_is_tested_under_every_condition(tones: Path) -> None:
    made = data(tones, snr=[10, 0])
    assert [condition.name for condition in made.conditions] == ["", "_10dB", "_0dB"]
    batches = list(made.test_dataloader())
    conditions = torch.cat([numbers for _, (_, _, numbers) in batches])
    assert conditions.bincount().tolist() == [20, 20, 20]
    again = list(made.test_dataloader())
    for ((X, _), _), ((same, _), _) in zip(batches, again, strict=True):
        assert torch.equal(X, same)
    assert len(list(made.val_dataloader())) == len(batches)


def test_only_training_examples_are_augmented_at_random(tones: Path) -> None:
    made = data(tones)
    example = made.train_dataloader().dataset[0]
    first, other = made._features(example), made._features(example)
    assert first.shape != other.shape or not torch.equal(first, other)
    tested = made.test_dataloader().dataset[0]
    assert torch.equal(made._features(tested), made._features(tested))


def test_features_are_normalised(tones: Path) -> None:
    made = data(tones)
    inputs = [
        made.inputs([u.waveform])[0].view(-1, 2, MEL_BANDS).flatten(0, 1)
        for u in made.splits["train"]
    ]
    for X in inputs:  # each utterance on its own, so a constant offset has no effect
        torch.testing.assert_close(X.mean(0), torch.zeros(MEL_BANDS), rtol=0, atol=0.05)
    standard_deviation = torch.cat(inputs).std(0)
    changes = made.standard_deviation > 0.1  # the bands that contain more than silence
    assert 10 < changes.sum() < MEL_BANDS
    torch.testing.assert_close(
        standard_deviation[changes], torch.ones(int(changes.sum())), rtol=0, atol=0.1
    )
    assert standard_deviation[~changes].max() < 1.1


def test_the_level_has_no_effect(tones: Path) -> None:
    made = data(tones)
    waveform = made.splits["test"][0].waveform
    quiet, _ = made.inputs([waveform / 100])
    torch.testing.assert_close(quiet, made.inputs([waveform])[0], rtol=0, atol=1e-3)


def test_padding_in_a_batch_has_no_effect(tones: Path) -> None:
    made = data(tones)
    waveforms = [u.waveform for u in made.splits["test"][:5]]
    X, steps = made.inputs(waveforms)
    for b, waveform in enumerate(waveforms):
        alone, [T] = made.inputs([waveform])
        assert int(steps[b]) == int(T) == made.time_steps(len(waveform))
        torch.testing.assert_close(X[:T, b], alone[:, 0])
        assert not X[T:, b].any()


@pytest.mark.parametrize(
    ("samples", "text", "message"),
    [
        (WINDOW - 1, "la", "399 samples are 0 time steps"),
        # Two time steps suffice for "la", but "ll" needs a blank, too.
        (
            1000,
            "ll",
            "2 time steps at the highest speed, but the text 'll' needs at least 3",
        ),
        (1000, "la la", "the text 'la la' needs at least 5"),
        (9000, "la!", r"the text has characters '!' not among the 28 characters of the vocabulary"),
        (9000, " ", "the text is empty"),
    ],
)
def test_unusable_recordings_are_refused(
    tones: Path,
    tmp_path: Path,
    samples: int,
    text: str,
    message: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder = with_another(tones, tmp_path, samples, text)
    with pytest.raises(ValueError, match=message) as raised:
        data(folder)
    assert f"{folder}/transcripts.tsv, line 101: " in str(raised.value)
    skipping = data(folder, on_bad="skip")
    assert sum(map(len, skipping.splits.values())) == 100
    assert "1 bad lines are left out, the first is line 101" in caplog.text


def test_a_recording_of_the_shortest_length_is_used(tones: Path, tmp_path: Path) -> None:
    folder = with_another(tones, tmp_path, 1000, "la")
    assert sum(map(len, data(folder).splits.values())) == 101


def test_a_checkpoint_restores_the_features_and_the_folder(tones: Path, tmp_path: Path) -> None:
    made = data(tones)
    other = SpeechData(["la"], context=0)
    other.load_state_dict(made.state_dict())
    waveform = torch.randn(5000)
    assert torch.equal(other.inputs([waveform])[0], made.inputs([waveform])[0])
    assert other.path == str(tones)
    other.setup()  # which reads the recordings
    assert torch.equal(other.standard_deviation, made.standard_deviation)
    another = SpeechData(["la"], str(tmp_path))
    another.load_state_dict(
        {**made.state_dict(), "standard_deviation": torch.full((MEL_BANDS,), 0.5)}
    )
    assert another.path == str(tmp_path)
    another.path = str(tones)
    another.setup()  # another folder is normalised like the training data
    assert another.standard_deviation.unique().tolist() == [0.5]


def test_synthesises_every_split(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls: list[list[Prompt]] = []

    def synthesize(prompts: list[Prompt], directory: str, variants: object) -> list[torch.Tensor]:
        assert directory == str(tmp_path)
        calls.append(prompts)
        assert (variants is not None) == any("+made" in prompt.voice for prompt in prompts)
        return [torch.randint(-99, 99, (16_000,), dtype=torch.int16) for _ in prompts]

    monkeypatch.setattr(synthetic, "load_or_synthesize", synthesize)
    made = SpeechData(
        ["la", "so"], directory=str(tmp_path), max_words=2, utterances=30, validation=5, test=4
    )
    made.prepare_data()
    made.setup()
    assert len(calls) == 4  # not again in setup
    assert {split: len(members) for split, members in made.splits.items()} == {
        "train": 30, "validation": 5, "test": 4, UNSEEN_ACCENT: 4,
    }  # fmt: skip
    assert [condition.name for condition in made.conditions] == [
        "", "_20dB", "_10dB", "_0dB", "_unseen_accent",
    ]  # fmt: skip
    numbers = torch.cat([y[2] for _, y in made.test_dataloader()])
    assert numbers.bincount().tolist() == [4, 4, 4, 4, 4]
    assert made.source == f"strings of 2 words in {len(voices('train'))} synthetic voices"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"batch_size": 0}, "data.batch_size must be greater than zero"),
        ({"frame_stacking": 0}, "data.frame_stacking must be from 1 to 1000, got 0"),
        ({"context": -1}, "data.context must be from 0 to 1000, got -1"),
        ({"utterances": 0}, "data.utterances must be from 1 to 10000000, got 0"),
        ({"speed_perturbation": 2}, "data.speed_perturbation must be a number from 0 to below 1"),
        ({"vocal_tract_perturbation": -1}, "data.vocal_tract_perturbation must be a number from"),
        ({"speed_perturbation": 1}, "data.speed_perturbation must be a number from 0 to below 1"),
        ({"words": []}, "data.words must be a list of at least one word"),
        ({"snr": [float("nan")]}, "each of data.snr must be a finite number, got nan"),
        ({"seed": -1}, "data.seed must be from 0 to 4294967295, got -1"),
        ({"min_words": 3, "max_words": 2}, "data.max_words must be at least data.min_words, 3"),
        ({"on_bad": "ignore"}, "data.on_bad must be error or skip, got 'ignore'"),
        ({"words": ["naïve"]}, "data.words: 'naïve' has characters 'ï' not among the 28"),
    ],
)
def test_invalid_arguments_are_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SpeechData(**{"words": ["la"], **values})  # type: ignore[arg-type]


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no file .*missing.transcripts\.tsv"):
        data(tmp_path / "missing")
