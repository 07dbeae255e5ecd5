"""Recordings that all speech tests share."""

from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile


@pytest.fixture(scope="session")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of recordings of ten speakers whose words are tones; tests only read it."""
    random = np.random.default_rng(0)
    words = {"la": 500, "so": 1100, "mi": 2500}  # Hz
    folder = tmp_path_factory.mktemp("tones")
    table = []
    for n in range(100):
        pitch = 0.95 + 0.1 * (n % 10) / 9
        text = random.choice(list(words), random.integers(1, 4))
        t = np.arange(1920) / 16_000  # 0.12 s, with half as much silence around it
        sounds = [np.pad(np.sin(2 * np.pi * pitch * words[word] * t), (480, 480)) for word in text]
        wavfile.write(folder / f"{n}.wav", 16_000, (8000 * np.concatenate(sounds)).astype(np.int16))
        table.append(f"{n}.wav\t{' '.join(text)}\tspeaker {n % 10}\n")
    (folder / "transcripts.tsv").write_text("".join(table), encoding="utf-8")
    return folder
