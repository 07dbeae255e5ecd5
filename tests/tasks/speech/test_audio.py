from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.io import wavfile

from elman.tasks.speech.audio import RATE, read_wav


def tone(rate: int, frequency: float = 440, seconds: float = 0.25) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * frequency * np.arange(round(rate * seconds)) / rate)


def write_24_bits(path: Path, rate: int, waveform: np.ndarray) -> None:
    import wave  # noqa: PLC0415 - writes what scipy only reads

    numbers = np.round(waveform * 2**23).astype("<i4")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(3)
        file.setframerate(rate)
        file.writeframes(numbers.view(np.uint8).reshape(-1, 4)[:, :3].tobytes())


@pytest.mark.parametrize("kind", ["uint8", "int16", "int24", "int32", "float32", "float64"])
def test_every_kind_of_sample(tmp_path: Path, kind: str) -> None:
    path, waveform = tmp_path / "tone.wav", tone(RATE)
    if kind == "uint8":
        wavfile.write(path, RATE, np.round(waveform * 128 + 128).astype(np.uint8))
    elif kind == "int24":
        write_24_bits(path, RATE, waveform)
    elif kind.startswith("int"):
        wavfile.write(path, RATE, np.round(waveform * 2.0 ** (int(kind[3:]) - 1)).astype(kind))
    else:
        wavfile.write(path, RATE, waveform.astype(kind))
    read = read_wav(path)
    assert read.dtype == torch.float32
    step = {"uint8": 2**-8, "int16": 2**-16}.get(kind, 2**-24)
    np.testing.assert_allclose(read.numpy(), waveform, rtol=0, atol=1.01 * step + 4e-8)


def test_channels_are_averaged(tmp_path: Path) -> None:
    path, left = tmp_path / "stereo.wav", tone(RATE).astype(np.float32)
    wavfile.write(path, RATE, np.column_stack([left, np.zeros_like(left)]))
    np.testing.assert_allclose(read_wav(path).numpy(), left / 2, rtol=0, atol=1e-7)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000])
def test_every_rate_gives_the_same_tone(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "tone.wav"
    wavfile.write(path, rate, tone(rate).astype(np.float32))
    read = read_wav(path).numpy()
    assert abs(len(read) - RATE / 4) <= 1
    middle = slice(400, 3600)  # a filter has no neighbours beyond the ends
    np.testing.assert_allclose(read[middle], tone(RATE)[middle], rtol=0, atol=5e-3)


def test_what_the_rate_cannot_hold_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "high.wav"
    wavfile.write(path, 48_000, tone(48_000, frequency=11_000).astype(np.float32))
    assert read_wav(path)[400:-400].abs().max() < 5e-3  # else it would be heard at 5,000 Hz


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no file .*missing\.wav"):
        read_wav(tmp_path / "missing.wav")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no whole WAV file"),
        (b"no sound at all, but some text that is long enough", "is no whole WAV file"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "is no whole WAV file"),
    ],
)
def test_files_that_are_no_sound(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "bad.wav"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as raised:
        read_wav(path)
    assert str(path) in str(raised.value)


def test_a_file_cut_short_is_not_taken_for_a_shorter_one(tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    wavfile.write(path, RATE, tone(RATE).astype(np.float32))
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(ValueError, match="is no whole WAV file"):
        read_wav(path)


def test_a_file_without_samples(tmp_path: Path) -> None:
    path = tmp_path / "empty.wav"
    wavfile.write(path, RATE, np.zeros(0, np.int16))
    with pytest.raises(ValueError, match=r"holds no sound|is no whole WAV file"):
        read_wav(path)


def test_samples_that_are_no_numbers(tmp_path: Path) -> None:
    path = tmp_path / "nan.wav"
    wavfile.write(path, RATE, np.array([0, np.nan, 1], np.float32))
    with pytest.raises(ValueError, match="samples that are no finite numbers"):
        read_wav(path)
