"""The speech synthesiser eSpeak NG, which is downloaded and runs in a separate process."""

import ctypes
import multiprocessing
import platform
import zipfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from elman.data.fetch import Package, fetch
from elman.data.made_once import made_once
from elman.tasks.speech.audio import resample

# eSpeak NG 1.52, GPL-3: a shared library and its data, built for Linux on x86-64.
ESPEAK = Package(
    name="espeakng-loader",
    version="0.2.4",
    sha256="08721baf27d13d461f6be6eed9a65277e70d68234ff484fd8b9897b222cdcb6d",
)
FOLDER = "espeakng_loader"
LIBRARY = "libespeak-ng.so.1.52.0"
VARIANTS = "espeak-ng-data/voices/!v"

# Constants of speak_lib.h.
SYNCHRONOUS = 2  # espeak_Synth returns after all samples are computed, and plays no sound
DO_NOT_EXIT = 0x8000  # if the data are missing
UTF_8 = 1
POSITION_IN_CHARACTERS = 1
RATE_PARAMETER, PITCH_PARAMETER = 1, 3
SEED = 1  # of the synthesiser's random numbers
Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class Prompt(NamedTuple):
    """A text and how the synthesiser speaks it.

    Attributes:
        text: the words.
        voice: an accent and a variant, as in `en-us+f2`.
        rate: words per minute, from 80 to 450.
        pitch: from 0 to 99; 50 is the normal pitch of the voice.
    """

    text: str
    voice: str
    rate: int
    pitch: int


def unpack(directory: Path) -> Path:
    """The folder of the synthesiser in `directory`; unpacks its wheel the first time.

    Raises:
        OSError: the wheel is not built for this machine, or cannot be downloaded.
    """
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise OSError(
            "data: the synthesiser is available for Linux on x86-64 only; on other machines give "
            "your own recordings with data.path=FOLDER"
        )
    folder = directory / f"{FOLDER}-{ESPEAK.version}"
    if not folder.is_dir():
        with (
            zipfile.ZipFile(fetch(ESPEAK, directory)) as archive,
            made_once(directory, folder.name) as temporary,
        ):
            if not folder.is_dir():
                archive.extractall(temporary)
                (temporary / FOLDER).replace(folder)
    return folder


def synthesize_in_fresh_process(
    prompts: Sequence[Prompt], folder: Path, variants: Mapping[str, str] | None = None
) -> list[NDArray[np.int16]]:
    """Runs `synthesize` in a new process, so that the result does not depend on earlier calls."""
    spawn = multiprocessing.get_context("spawn")  # a forked process would share the library's state
    # The synthesiser reads at most a few hundred variants, when it starts. All variants of ours
    # therefore share one file, which must exist at that time.
    variant_file = folder / VARIANTS / "elman"
    with (
        made_once(folder.parent, f"{folder.name}-variants"),  # one process at a time
        ProcessPoolExecutor(1, mp_context=spawn) as process,
    ):
        variant_file.write_bytes(b"")
        try:
            return process.submit(
                synthesize, list(prompts), folder, variant_file, variants or {}
            ).result()
        finally:
            variant_file.unlink()


def synthesize(
    prompts: Sequence[Prompt], folder: Path, variant_file: Path, variants: Mapping[str, str]
) -> list[NDArray[np.int16]]:
    """Speaks all prompts in this process; the random state of earlier calls continues.

    Args:
        prompts: texts and voices.
        folder: of the library and its data.
        variant_file: receives the definition of each of `variants` when it is used.
        variants: definitions of further variants by name, in the format of eSpeak NG.

    Returns:
        The samples of each prompt at `SAMPLE_RATE`.

    Raises:
        ValueError: the data or a voice are missing, or a prompt cannot be spoken.
    """
    espeak = ctypes.CDLL(str(folder / LIBRARY))
    sample_rate = espeak.espeak_Initialize(SYNCHRONOUS, 0, str(folder).encode(), DO_NOT_EXIT)
    if sample_rate <= 0:
        raise ValueError(
            f"data: the synthesiser finds no data in {folder}; delete it and try again"
        )
    espeak.espeak_ng_SetRandSeed(ctypes.c_long(SEED))  # the default seed is the time
    chunks: list[NDArray[np.int16]] = []
    callback = Callback(_collector(chunks))
    espeak.espeak_SetSynthCallback(callback)
    waveforms: list[NDArray[np.int16]] = []
    loaded_voice = ""
    for text, voice, words_per_minute, pitch in prompts:
        # Loading a voice takes longer than speaking. The synthesiser keeps the last one loaded.
        if voice != loaded_voice:
            accent, _, variant = voice.partition("+")
            name = voice
            if variant in variants:
                variant_file.write_text(variants[variant], encoding="utf-8")
                name = f"{accent}+{variant_file.name}"
            if espeak.espeak_SetVoiceByName(name.encode()) != 0:
                raise ValueError(f"data: the synthesiser has no voice {voice!r}")
            loaded_voice = voice
        espeak.espeak_SetParameter(RATE_PARAMETER, words_per_minute, 0)
        espeak.espeak_SetParameter(PITCH_PARAMETER, pitch, 0)
        chunks.clear()
        content = text.encode() + b"\0"
        size = ctypes.c_size_t(len(content))
        status = espeak.espeak_Synth(content, size, 0, POSITION_IN_CHARACTERS, 0, UTF_8, None, None)
        if status != 0 or not chunks:
            raise ValueError(f"data: the synthesiser could not speak {text!r} with voice {voice!r}")
        waveform = resample(np.concatenate(chunks).astype(np.float64), sample_rate)
        waveforms.append(waveform.round().clip(-(2**15), 2**15 - 1).astype(np.int16))
    return waveforms


def _collector(chunks: list[NDArray[np.int16]]) -> Callable[[object, int, object], int]:
    def collect(samples: object, count: int, events: object) -> int:  # noqa: ARG001
        if samples and count > 0:  # no samples at the end
            chunks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0  # continue

    return collect
