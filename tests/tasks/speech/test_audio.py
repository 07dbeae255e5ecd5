from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.io import wavfile

from elman.tasks.speech.audio import SAMPLE_RATE, read_wav


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


@pytest.mark.parametrize("sample_type", ["uint8", "int16", "int24", "int32", "float32", "float64"])
def test_reads_every_sample_type(tmp_path: Path, sample_type: str) -> None:
    path, waveform = tmp_path / "tone.wav", tone(SAMPLE_RATE)
    if sample_type == "uint8":
        wavfile.write(path, SAMPLE_RATE, np.round(waveform * 128 + 128).astype(np.uint8))
    elif sample_type == "int24":
        write_24_bits(path, SAMPLE_RATE, waveform)
    elif sample_type.startswith("int"):
        wavfile.write(
            path,
            SAMPLE_RATE,
            np.round(waveform * 2.0 ** (int(sample_type[3:]) - 1)).astype(sample_type),
        )
    else:
        wavfile.write(path, SAMPLE_RATE, waveform.astype(sample_type))
    read = read_wav(path)
    assert read.dtype == torch.float32
    step = {"uint8": 2**-8, "int16": 2**-16}.get(sample_type, 2**-24)
    np.testing.assert_allclose(read.numpy(), waveform, rtol=0, atol=1.01 * step + 4e-8)


def test_channels_are_averaged(tmp_path: Path) -> None:
    path, left = tmp_path / "stereo.wav", tone(SAMPLE_RATE).astype(np.float32)
    wavfile.write(path, SAMPLE_RATE, np.column_stack([left, np.zeros_like(left)]))
    np.testing.assert_allclose(read_wav(path).numpy(), left / 2, rtol=0, atol=1e-7)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000])
def test_resamples_every_sample_rate(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "tone.wav"
    wavfile.write(path, rate, tone(rate).astype(np.float32))
    read = read_wav(path).numpy()
    assert abs(len(read) - SAMPLE_RATE / 4) <= 1
    middle = slice(400, 3600)  # the filter lacks samples at both ends
    np.testing.assert_allclose(read[middle], tone(SAMPLE_RATE)[middle], rtol=0, atol=5e-3)


def test_resampling_removes_frequencies_above_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "high.wav"
    wavfile.write(path, 48_000, tone(48_000, frequency=11_000).astype(np.float32))
    assert read_wav(path)[400:-400].abs().max() < 5e-3  # otherwise it would alias to 5,000 Hz


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no file .*missing\.wav"):
        read_wav(tmp_path / "missing.wav")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not a complete WAV file"),
        (b"no sound at all, but some text that is long enough", "is not a complete WAV file"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "is not a complete WAV file"),
    ],
)
def test_files_without_sound_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "bad.wav"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as raised:
        read_wav(path)
    assert str(path) in str(raised.value)


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    wavfile.write(path, SAMPLE_RATE, tone(SAMPLE_RATE).astype(np.float32))
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(ValueError, match="is not a complete WAV file"):
        read_wav(path)


def test_a_file_without_samples_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.wav"
    wavfile.write(path, SAMPLE_RATE, np.zeros(0, np.int16))
    with pytest.raises(ValueError, match=r"contains no sound|is not a complete WAV file"):
        read_wav(path)


def test_samples_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "nan.wav"
    wavfile.write(path, SAMPLE_RATE, np.array([0, np.nan, 1], np.float32))
    with pytest.raises(ValueError, match="samples that are not finite numbers"):
        read_wav(path)


@pytest.mark.parametrize("rate", [1, 999, 768_001, 2**31 - 1])
def test_sample_rates_that_no_recording_has_are_refused(tmp_path: Path, rate: int) -> None:
    wavfile.write(tmp_path / "sound.wav", rate, np.zeros(100, np.int16))
    with pytest.raises(ValueError, match=rf"has a sample rate of {rate} Hz; it must be from 1000"):
        read_wav(tmp_path / "sound.wav")
