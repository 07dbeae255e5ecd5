from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.io import wavfile

from elman.tasks.speech import data as module
from elman.tasks.speech.data import SpeechData
from elman.tasks.speech.espeak import Spoken
from elman.tasks.speech.log_mel import MELS, WINDOW
from elman.tasks.speech.voices import NEW_ACCENT


def data(path: Path | None, **values: object) -> SpeechData:
    shares = {"validation": 0.2, "test": 0.2, "context": 0}
    made = SpeechData(["la"], str(path), **{**shares, "batch_size": 8, **values})  # type: ignore[arg-type]
    made.prepare_data()
    made.setup()
    return made


def write(folder: Path, samples: int, text: str) -> None:
    random = np.random.default_rng(0)
    wavfile.write(folder / "bad.wav", 16_000, random.normal(size=samples).astype(np.float32))
    with (folder / "transcripts.tsv").open("a") as table:
        table.write(f"bad.wav\t{text}\tspeaker 0\n")


def test_batches(tones: Path) -> None:
    made = data(tones)
    seen = 0
    for (X, steps), (characters, lengths, conditions) in made.train_dataloader():
        B = X.shape[1]
        seen += B
        assert X.shape == (steps.max(), B, 2 * MELS)
        assert X.dtype == torch.float32
        assert characters.shape == (B, lengths.max())
        assert conditions.tolist() == [0] * B
        for text, length in zip(characters, lengths.tolist(), strict=True):
            assert set(made.text(text[:length].tolist()).split()) <= {"la", "so", "mi"}
            assert text[:length].min() > 0  # 0 is the blank
    assert seen == 60
    assert made.sizes == {"input_size": 2 * MELS, "outputs": 29}
    around = data(tones, context=3)
    (X, _), _ = next(iter(around.test_dataloader()))
    assert X.shape[2] == around.sizes["input_size"] == 8 * MELS


def test_no_speaker_is_in_two_parts(tones: Path) -> None:
    parts = data(tones)._parts
    speakers = [{u.speaker for u in parts[part]} for part in ("train", "validation", "test")]
    assert [len(each) for each in speakers] == [6, 2, 2]
    assert not set.intersection(*speakers)
    assert data(tones).tested == "20 utterances by 2 voices it has never heard without added noise"


def test_each_utterance_is_tested_under_each_condition(tones: Path) -> None:
    made = data(tones, noise=[10, 0])
    assert [condition.name for condition in made.conditions] == ["", "_10dB", "_0dB"]
    batches = list(made.test_dataloader())
    conditions = torch.cat([numbers for _, (_, _, numbers) in batches])
    assert conditions.bincount().tolist() == [20, 20, 20]
    again = list(made.test_dataloader())
    for ((X, _), _), ((same, _), _) in zip(batches, again, strict=True):
        assert torch.equal(X, same)
    assert len(list(made.val_dataloader())) == len(batches)


def test_chance_disturbs_the_training_alone(tones: Path) -> None:
    made = data(tones)
    heard = made.train_dataloader().dataset[0]
    first, other = made._heard(heard), made._heard(heard)
    assert first.shape != other.shape or not torch.equal(first, other)
    tested = made.test_dataloader().dataset[0]
    assert torch.equal(made._heard(tested), made._heard(tested))


def test_what_is_heard_is_normalised(tones: Path) -> None:
    made = data(tones)
    heard = [
        made.inputs([u.waveform])[0].view(-1, 2, MELS).flatten(0, 1) for u in made._parts["train"]
    ]
    for X in heard:  # each by itself: what is added to a band throughout is not heard
        torch.testing.assert_close(X.mean(0), torch.zeros(MELS), rtol=0, atol=0.05)
    deviation = torch.cat(heard).std(0)
    changes = made.deviation > 0.1  # the bands in which there is more than silence
    assert 10 < changes.sum() < MELS
    torch.testing.assert_close(deviation[changes], torch.ones(int(changes.sum())), rtol=0, atol=0.1)
    assert deviation[~changes].max() < 1.1


def test_the_volume_does_not_matter(tones: Path) -> None:
    made = data(tones)
    waveform = made._parts["test"][0].waveform
    quiet, _ = made.inputs([waveform / 100])
    torch.testing.assert_close(quiet, made.inputs([waveform])[0], rtol=0, atol=1e-3)


def test_company_does_not_change_what_is_heard(tones: Path) -> None:
    made = data(tones)
    waveforms = [u.waveform for u in made._parts["test"][:5]]
    X, steps = made.inputs(waveforms)
    for b, waveform in enumerate(waveforms):
        alone, [T] = made.inputs([waveform])
        assert int(steps[b]) == int(T) == made.steps(len(waveform))
        torch.testing.assert_close(X[:T, b], alone[:, 0])
        assert not X[T:, b].any()


@pytest.mark.parametrize(
    ("samples", "text", "message"),
    [
        (WINDOW - 1, "la", "399 samples are 0 time steps"),
        # Two time steps at the highest speed do for "la", not for "ll": a blank stands between.
        (1000, "ll", "1000 samples are 2 time steps at the highest speed, too few for the 3 that"),
        (1000, "la la", "too few for the 5 that its text takes: 'la la'"),
        (9000, "la!", r"the text has characters '!' not among the 28 characters of the vocabulary"),
        (9000, " ", "the text is empty"),
    ],
)
def test_recordings_that_cannot_be_used(
    tones: Path, samples: int, text: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    write(tones, samples, text)
    with pytest.raises(ValueError, match=message) as raised:
        data(tones)
    assert f"{tones}/transcripts.tsv, line 101: " in str(raised.value)
    skipping = data(tones, on_bad="skip")
    assert sum(map(len, skipping._parts.values())) == 100
    assert "1 bad lines are left out, the first is line 101" in caplog.text


def test_just_long_enough(tones: Path) -> None:
    write(tones, 1000, "la")
    assert sum(map(len, data(tones)._parts.values())) == 101


def test_a_checkpoint_hears_as_in_training(tones: Path, tmp_path: Path) -> None:
    made = data(tones)
    other = SpeechData(["la"], context=0)
    other.load_state_dict(made.state_dict())
    waveform = torch.randn(5000)
    assert torch.equal(other.inputs([waveform])[0], made.inputs([waveform])[0])
    assert other.path == str(tones)
    other.setup()  # which reads the recordings
    assert torch.equal(other.deviation, made.deviation)
    elsewhere = SpeechData(["la"], str(tmp_path))
    elsewhere.load_state_dict({**made.state_dict(), "deviation": torch.full((MELS,), 0.5)})
    assert elsewhere.path == str(tmp_path)
    elsewhere.path = str(tones)
    elsewhere.setup()  # the recordings of another folder are heard as those of the training
    assert elsewhere.deviation.unique().tolist() == [0.5]


def test_synthesised_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    planned: list[list[Spoken]] = []

    def speak(plan: list[Spoken], directory: str, variants: object) -> list[torch.Tensor]:
        assert directory == str(tmp_path)
        planned.append(plan)
        assert (variants is not None) == any("+made" in spoken.voice for spoken in plan)
        return [torch.randint(-99, 99, (16_000,), dtype=torch.int16) for _ in plan]

    monkeypatch.setattr(module, "speak", speak)
    made = SpeechData(
        ["la", "so"], directory=str(tmp_path), longest=2, utterances=30, validation=5, test=4
    )
    made.prepare_data()
    made.setup()
    assert {part: len(those) for part, those in made._parts.items()} == {
        "train": 30, "validation": 5, "test": 4, NEW_ACCENT: 4,
    }  # fmt: skip
    assert [condition.name for condition in made.conditions] == [
        "", "_20dB", "_10dB", "_0dB", "_new_accent",
    ]  # fmt: skip
    numbers = torch.cat([y[2] for _, y in made.test_dataloader()])
    assert numbers.bincount().tolist() == [4, 4, 4, 4, 4]
    assert made.source == f"strings of 2 words in {len(module.voices('train'))} synthetic voices"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"batch_size": 0}, "data.batch_size must be greater than zero"),
        ({"stacked": 0}, "data.stacked must be greater than zero"),
        ({"context": -1}, "data.context must be an int from 0 on, got -1"),
        ({"utterances": 0}, "data.utterances must be greater than zero"),
        ({"speed": 2}, "data.speed must be a number from 0 to 1"),
        ({"throat": -1}, "data.throat must be a number from 0 to 1"),
        ({"shortest": 3, "longest": 2}, "data.longest must be at least data.shortest, 3"),
        ({"on_bad": "ignore"}, "data.on_bad must be error or skip, got 'ignore'"),
        ({"words": ["naïve"]}, "data.words: 'naïve' has characters 'ï' not among the 28"),
    ],
)
def test_bad_values(values: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SpeechData(**{"words": ["la"], **values})  # type: ignore[arg-type]


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no .*missing.transcripts\.tsv"):
        data(tmp_path / "missing")
