"""Speech made by the synthesiser eSpeak NG, which is fetched and runs in a process of its own."""

import ctypes
import multiprocessing
import platform
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from elman.data.fetch import Package, fetch
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

# Of speak_lib.h.
SYNCHRONOUS = 2  # espeak_Synth returns when all is said, and no sound is played
DO_NOT_EXIT = 0x8000  # where the data are not found
UTF_8 = 1
POSITION_IN_CHARACTERS = 1
RATE_PARAMETER, PITCH_PARAMETER = 1, 3
SEED = 1  # of the synthesiser's chance
Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class Spoken(NamedTuple):
    """A text and how it is said.

    Attributes:
        text: what is said.
        voice: an accent and a variant, as in `en-us+f2`.
        rate: words a minute, from 80 to 450.
        pitch: from 0 to 99; 50 is the voice's own.
    """

    text: str
    voice: str
    rate: int
    pitch: int


def unpack(directory: Path) -> Path:
    """The synthesiser's folder below `directory`, unpacked from its wheel if it is not there."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise OSError(
            "data: the synthesiser is pinned for Linux on x86-64; elsewhere give recordings of "
            "your own with data.path=FOLDER"
        )
    folder = directory / f"{FOLDER}-{ESPEAK.version}"
    if not folder.is_dir():
        with (
            zipfile.ZipFile(fetch(ESPEAK, directory)) as archive,
            tempfile.TemporaryDirectory(dir=directory) as temporary,
        ):
            archive.extractall(temporary)
            (Path(temporary) / FOLDER).replace(folder)
    return folder


def synthesize_in_fresh_process(
    plan: Sequence[Spoken], folder: Path, variants: Mapping[str, str] | None = None
) -> list[NDArray[np.int16]]:
    """What `synthesize` gives where nothing has been said before."""
    spawn = multiprocessing.get_context("spawn")  # a copy of this process would not be fresh
    # The synthesiser knows a few hundred variants at most, by their files: ours take turns in one,
    # which has to be there from the beginning.
    with (
        tempfile.NamedTemporaryFile(dir=folder / VARIANTS, prefix="elman") as file,
        ProcessPoolExecutor(1, mp_context=spawn) as process,
    ):
        of_file = Path(file.name)
        return process.submit(synthesize, list(plan), folder, of_file, variants or {}).result()


def synthesize(
    plan: Sequence[Spoken], folder: Path, file: Path, variants: Mapping[str, str]
) -> list[NDArray[np.int16]]:
    """Says everything in this process, going on from what was said in it before.

    Args:
        plan: what to say.
        folder: of the library and its data.
        file: of the variant that each of `variants` becomes when its turn comes.
        variants: further variants by name, in the language of the synthesiser's own.

    Returns:
        Each utterance at `RATE`.
    """
    espeak = ctypes.CDLL(str(folder / LIBRARY))
    rate = espeak.espeak_Initialize(SYNCHRONOUS, 0, str(folder).encode(), DO_NOT_EXIT)
    if rate <= 0:
        raise ValueError(f"data: the synthesiser finds no data in {folder}; delete it to try again")
    espeak.espeak_ng_SetRandSeed(ctypes.c_long(SEED))  # else it is the time
    pieces: list[NDArray[np.int16]] = []
    callback = Callback(_collector(pieces))
    espeak.espeak_SetSynthCallback(callback)
    said: list[NDArray[np.int16]] = []
    last_voice = ""
    for text, voice, words_a_minute, pitch in plan:
        # To load a voice takes longer than to speak. Without it the last one would go on.
        if voice != last_voice:
            accent, _, variant = voice.partition("+")
            known = voice
            if variant in variants:
                file.write_text(variants[variant], encoding="utf-8")
                known = f"{accent}+{file.name}"
            if espeak.espeak_SetVoiceByName(known.encode()) != 0:
                raise ValueError(f"data: the synthesiser has no voice {voice!r}")
            last_voice = voice
        espeak.espeak_SetParameter(RATE_PARAMETER, words_a_minute, 0)
        espeak.espeak_SetParameter(PITCH_PARAMETER, pitch, 0)
        pieces.clear()
        content = text.encode() + b"\0"
        size = ctypes.c_size_t(len(content))
        status = espeak.espeak_Synth(content, size, 0, POSITION_IN_CHARACTERS, 0, UTF_8, None, None)
        if status != 0 or not pieces:
            raise ValueError(f"data: the synthesiser could not say {text!r} as {voice!r}")
        waveform = resample(np.concatenate(pieces).astype(np.float64), rate)
        said.append(waveform.round().clip(-(2**15), 2**15 - 1).astype(np.int16))
    return said


def _collector(pieces: list[NDArray[np.int16]]) -> Callable[[object, int, object], int]:
    def collect(samples: object, count: int, events: object) -> int:  # noqa: ARG001
        if samples and count > 0:  # no samples: the end
            pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0  # go on

    return collect
