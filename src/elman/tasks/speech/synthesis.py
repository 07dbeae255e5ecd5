"""Synthesised speech, computed once and then read from a file."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from elman.data.archive import read_arrays
from elman.data.made_once import made_once
from elman.tasks.speech.audio import SAMPLE_RATE
from elman.tasks.speech.espeak import ESPEAK, SEED, Prompt, synthesize_in_fresh_process, unpack


def load_or_synthesize(
    prompts: Sequence[Prompt], directory: str | Path, variants: Mapping[str, str] | None = None
) -> list[Tensor]:
    """Speaks all prompts the first time; later reads the samples from a file.

    The random state of the synthesiser continues from prompt to prompt, so a fresh process speaks
    all of them in order: the same prompts always give the same samples.

    Args:
        prompts: texts and voices.
        directory: where the synthesiser and the samples are kept.
        variants: definitions of further variants by name, in the format of eSpeak NG.

    Returns:
        The samples of each prompt at `SAMPLE_RATE`, int16 `(N)`.

    Raises:
        OSError: the synthesiser could not be downloaded, or is not built for this machine.
        ValueError: a voice is missing, or the file of samples is damaged.
    """
    directory = Path(directory)
    description = json.dumps([ESPEAK.sha256, SAMPLE_RATE, SEED, prompts, variants])
    key = hashlib.sha256(description.encode()).hexdigest()  # other prompts have another file
    cache = directory / f"speech-{key[:32]}.npz"
    if not cache.is_file():
        with made_once(directory, cache.name) as temporary:
            if not cache.is_file():
                waveforms = synthesize_in_fresh_process(prompts, unpack(directory), variants)
                np.savez(
                    temporary / cache.name,
                    samples=np.concatenate(waveforms),
                    lengths=[len(waveform) for waveform in waveforms],
                )
                (temporary / cache.name).replace(cache)
    try:
        arrays = read_arrays(cache)
        samples, lengths = arrays["samples"], arrays["lengths"]
        return [torch.from_numpy(each) for each in np.split(samples, lengths.cumsum()[:-1])]
    except (ValueError, KeyError) as error:
        raise ValueError(f"data: {cache} is damaged ({error}); delete it and try again") from error
