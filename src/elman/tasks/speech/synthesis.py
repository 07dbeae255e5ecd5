"""Synthesised speech, made once and then read from a file."""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from elman.tasks.speech.audio import RATE
from elman.tasks.speech.espeak import ESPEAK, SEED, Spoken, synthesize_in_fresh_process, unpack


def speak(
    plan: Sequence[Spoken], directory: str | Path, variants: Mapping[str, str] | None = None
) -> list[Tensor]:
    """Says everything once; later the sound is read from a file.

    The synthesiser's chance goes on from utterance to utterance, so a plan is said in its order by
    a fresh process: the same plan is always the same sound.

    Args:
        plan: what to say.
        directory: where the synthesiser and the sound are kept.
        variants: further variants by name, in the language of the synthesiser's own.

    Returns:
        Each utterance at `RATE`, int16 `(N)`.

    Raises:
        OSError: the synthesiser could not be fetched, or is not built for this machine.
        ValueError: it lacks a voice, or the file of an earlier time is damaged.
    """
    directory = Path(directory)
    described = json.dumps([ESPEAK.sha256, RATE, SEED, plan, variants])
    key = hashlib.sha256(described.encode()).hexdigest()  # another plan has another file
    kept = directory / f"speech-{key[:32]}.npz"
    if not kept.is_file():
        said = synthesize_in_fresh_process(plan, unpack(directory), variants)
        with tempfile.TemporaryDirectory(dir=directory) as temporary:
            made = Path(temporary) / kept.name
            np.savez(made, samples=np.concatenate(said), lengths=[len(each) for each in said])
            made.replace(kept)
    try:
        # Its zip archive holds check sums.
        with kept.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            samples, lengths = arrays["samples"], arrays["lengths"]
        return [torch.from_numpy(each) for each in np.split(samples, lengths.cumsum()[:-1])]
    except (OSError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile) as error:
        raise ValueError(f"data: {kept} is damaged ({error}); delete it and try again") from error
