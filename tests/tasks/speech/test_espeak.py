import ctypes
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from elman.tasks.speech import espeak, synthesis
from elman.tasks.speech.audio import SAMPLE_RATE
from elman.tasks.speech.espeak import Prompt, synthesize
from elman.tasks.speech.synthesis import load_or_synthesize
from elman.tasks.speech.voices import (
    ACCENTS,
    RANDOM_VARIANTS,
    UNSEEN_ACCENT,
    VARIANTS,
    draw_prompts,
    random_variants,
    voices,
)

PROMPTS = [Prompt("one two", "en+f1", 150, 50), Prompt("three", "en-us+m2", 120, 40)]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[Prompt]]:
    """The calls of a synthesiser that makes as many samples as a text has characters."""
    calls: list[Sequence[Prompt]] = []

    def synthesize(prompts: Sequence[Prompt], _: Path, __: object) -> list[np.ndarray]:
        calls.append(prompts)
        return [np.arange(len(text), dtype=np.int16) for text, *_ in prompts]

    monkeypatch.setattr(synthesis, "unpack", lambda directory: directory)
    monkeypatch.setattr(synthesis, "synthesize_in_fresh_process", synthesize)
    return calls


def test_synthesises_the_same_prompts_once(tmp_path: Path, calls: list[Sequence[Prompt]]) -> None:
    first, again = load_or_synthesize(PROMPTS, tmp_path), load_or_synthesize(PROMPTS, tmp_path)
    assert calls == [PROMPTS]
    for waveforms in (first, again):
        assert [each.tolist() for each in waveforms] == [list(range(7)), list(range(5))]
        assert waveforms[0].dtype == torch.int16
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    "change", [{"text": "one"}, {"voice": "en+f2"}, {"rate": 151}, {"pitch": 51}]
)
def test_other_prompts_are_synthesised_again(
    tmp_path: Path, calls: list[Sequence[Prompt]], change: dict[str, object]
) -> None:
    load_or_synthesize(PROMPTS, tmp_path)
    load_or_synthesize([PROMPTS[0]._replace(**change), PROMPTS[1]], tmp_path)  # type: ignore[arg-type]
    load_or_synthesize(
        PROMPTS[::-1], tmp_path
    )  # the synthesiser's random state continues from prompt to prompt
    assert len(calls) == 3


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize("damage", [lambda b: b[:-40], lambda b: b[:120] + b"x" + b[121:]])
def test_a_damaged_file_is_refused(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    load_or_synthesize(PROMPTS, tmp_path)
    [file] = tmp_path.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(ValueError, match=r"speech-.*\.npz is damaged .* delete it and try again"):
        load_or_synthesize(PROMPTS, tmp_path)


def test_other_machines_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espeak.platform, "system", lambda: "Plan 9")
    with pytest.raises(OSError, match=r"available for Linux on x86-64 only; .* data\.path=FOLDER"):
        load_or_synthesize(PROMPTS, tmp_path)


def test_no_variant_is_in_two_splits() -> None:
    splits = [{voice.split("+")[1] for voice in voices(split)} for split in VARIANTS]
    assert sum(map(len, splits)) == len(set.union(*splits))
    new = [voice.split("+") for voice in voices(UNSEEN_ACCENT)]
    assert {variant for _, variant in new} == set(VARIANTS["test"])
    assert not {accent for accent, _ in new} & set(ACCENTS)


def test_random_variants_are_for_training_only() -> None:
    made = random_variants()
    assert made == random_variants()
    assert len(set(made.values())) == RANDOM_VARIANTS
    assert all(text.startswith(f"language variant\nname {name}\n") for name, text in made.items())
    for split in ("validation", "test", UNSEEN_ACCENT):
        assert not any("+made" in voice for voice in voices(split))


def test_other_variants_are_synthesised_again(
    tmp_path: Path, calls: list[Sequence[Prompt]]
) -> None:
    for variant in ("one", "another", "one"):
        load_or_synthesize(PROMPTS, tmp_path, {"made0": variant})
    assert len(calls) == 2


class Library:
    """A synthesiser that makes as many samples as the file of the variant has characters."""

    def __init__(self, path: str) -> None:
        self.folder = Path(path).parent
        self.known = {file.name for file in (self.folder / espeak.VARIANTS).iterdir()}
        self.seeds: list[int] = []

    def espeak_Initialize(self, *_: object) -> int:
        return SAMPLE_RATE

    def espeak_ng_SetRandSeed(self, seed: ctypes.c_long) -> None:
        self.seeds.append(seed.value)

    def espeak_SetSynthCallback(self, callback: Callable[..., int]) -> None:
        self.callback = callback

    def espeak_SetVoiceByName(self, name: bytes) -> int:
        _, variant = name.decode().split("+")
        if variant not in self.known:
            return 1
        self.samples = len((self.folder / espeak.VARIANTS / variant).read_text())
        return 0

    def espeak_SetParameter(self, *_: object) -> None:
        assert self.seeds == [espeak.SEED]

    def espeak_Synth(self, *_: object) -> int:
        samples = (ctypes.c_short * self.samples)(*range(self.samples))
        self.callback(samples, self.samples, None)
        self.callback(None, 0, None)
        return 0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a synthesiser with the variants f1 and m2."""
    (tmp_path / espeak.VARIANTS).mkdir(parents=True)
    (tmp_path / espeak.VARIANTS / "f1").write_text("four")
    (tmp_path / espeak.VARIANTS / "m2").write_text("eleven long")
    monkeypatch.setattr(espeak.ctypes, "CDLL", Library)
    return tmp_path


def test_speaks_each_prompt_with_its_voice(folder: Path) -> None:
    file = folder / espeak.VARIANTS / "own"
    file.touch()
    prompts = [*PROMPTS, Prompt("a", "en+a", 150, 50), Prompt("b", "en+b", 150, 50), PROMPTS[0]]
    waveforms = synthesize(prompts, folder, file, {"a": "of ten let", "b": "b"})
    assert [len(waveform) for waveform in waveforms] == [4, 11, 10, 1, 4]
    assert waveforms[1].dtype == np.int16


def test_an_unknown_voice_is_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match=r"the synthesiser has no voice 'en\+f3'"):
        synthesize([Prompt("one", "en+f3", 150, 50)], folder, folder / "own", {})


def test_draws_random_prompts() -> None:
    words = ["one", "two", "three"]
    prompts = draw_prompts("train", 200, words, 2, 4, seed=0)
    assert len(prompts) == 200
    counts = {len(each.text.split()) for each in prompts}
    assert counts == {2, 3, 4}
    assert {word for each in prompts for word in each.text.split()} == set(words)
    assert {each.voice for each in prompts} <= set(voices("train"))
    assert draw_prompts("train", 200, words, 2, 4, seed=0) == prompts
    assert draw_prompts("train", 200, words, 2, 4, seed=1) != prompts
    assert [each.text for each in draw_prompts("test", 200, words, 2, 4, seed=0)] != [
        each.text for each in prompts
    ]
