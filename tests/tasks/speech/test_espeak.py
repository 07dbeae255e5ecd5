import ctypes
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from elman.tasks.speech import espeak
from elman.tasks.speech.audio import RATE
from elman.tasks.speech.espeak import Spoken, synthesize
from elman.tasks.speech.synthesis import speak
from elman.tasks.speech.voices import (
    ACCENTS,
    MADE,
    NEW_ACCENT,
    VARIANTS,
    made_variants,
    plan,
    voices,
)

PLAN = [Spoken("one two", "en+f1", 150, 50), Spoken("three", "en-us+m2", 120, 40)]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[Spoken]]:
    """What a synthesiser was asked to say, which says as many samples as a text has letters."""
    plans: list[Sequence[Spoken]] = []

    def synthesize(plan: Sequence[Spoken], _: Path, __: object) -> list[np.ndarray]:
        plans.append(plan)
        return [np.arange(len(text), dtype=np.int16) for text, *_ in plan]

    monkeypatch.setattr(espeak, "unpack", lambda directory: directory)
    monkeypatch.setattr(espeak, "synthesize_in_fresh_process", synthesize)
    return plans


def test_says_a_plan_once(tmp_path: Path, said: list[Sequence[Spoken]]) -> None:
    first, again = speak(PLAN, tmp_path), speak(PLAN, tmp_path)
    assert said == [PLAN]
    for waveforms in (first, again):
        assert [each.tolist() for each in waveforms] == [list(range(7)), list(range(5))]
        assert waveforms[0].dtype == torch.int16
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    "change", [{"text": "one"}, {"voice": "en+f2"}, {"rate": 151}, {"pitch": 51}]
)
def test_another_plan_is_said_anew(
    tmp_path: Path, said: list[Sequence[Spoken]], change: dict[str, object]
) -> None:
    speak(PLAN, tmp_path)
    speak([PLAN[0]._replace(**change), PLAN[1]], tmp_path)  # type: ignore[arg-type]
    speak(PLAN[::-1], tmp_path)  # the synthesiser's chance goes on from utterance to utterance
    assert len(said) == 3


@pytest.mark.usefixtures("said")
@pytest.mark.parametrize("damage", [lambda b: b[:-40], lambda b: b[:120] + b"x" + b[121:]])
def test_a_damaged_file(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    speak(PLAN, tmp_path)
    [kept] = tmp_path.iterdir()
    kept.write_bytes(damage(kept.read_bytes()))
    with pytest.raises(ValueError, match=r"speech-.*\.npz is damaged .* delete it and try again"):
        speak(PLAN, tmp_path)


def test_another_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espeak.platform, "system", lambda: "Plan 9")
    with pytest.raises(OSError, match=r"pinned for Linux on x86-64; .* data\.path=FOLDER"):
        speak(PLAN, tmp_path)


def test_no_variant_is_in_two_parts() -> None:
    parts = [{voice.split("+")[1] for voice in voices(part)} for part in VARIANTS]
    assert sum(map(len, parts)) == len(set.union(*parts))
    new = [voice.split("+") for voice in voices(NEW_ACCENT)]
    assert {variant for _, variant in new} == set(VARIANTS["test"])
    assert not {accent for accent, _ in new} & set(ACCENTS)


def test_variants_made_by_chance_are_for_training_alone() -> None:
    made = made_variants()
    assert made == made_variants()
    assert len(set(made.values())) == MADE
    assert all(text.startswith(f"language variant\nname {name}\n") for name, text in made.items())
    for part in ("validation", "test", NEW_ACCENT):
        assert not any("+made" in voice for voice in voices(part))


def test_other_variants_are_another_sound(tmp_path: Path, said: list[Sequence[Spoken]]) -> None:
    for variant in ("one", "another", "one"):
        speak(PLAN, tmp_path, {"made0": variant})
    assert len(said) == 2


class Library:
    """A synthesiser that says as many samples as the file of the voice's variant has letters."""

    def __init__(self, path: str) -> None:
        self.folder = Path(path).parent
        self.known = {file.name for file in (self.folder / espeak.VARIANTS).iterdir()}
        self.seeds: list[int] = []

    def espeak_Initialize(self, *_: object) -> int:
        return RATE

    def espeak_ng_SetRandSeed(self, seed: ctypes.c_long) -> None:
        self.seeds.append(seed.value)

    def espeak_SetSynthCallback(self, callback: Callable[..., int]) -> None:
        self.callback = callback

    def espeak_SetVoiceByName(self, name: bytes) -> int:
        _, variant = name.decode().split("+")
        if variant not in self.known:
            return 1
        self.letters = len((self.folder / espeak.VARIANTS / variant).read_text())
        return 0

    def espeak_SetParameter(self, *_: object) -> None:
        assert self.seeds == [espeak.SEED]

    def espeak_Synth(self, *_: object) -> int:
        samples = (ctypes.c_short * self.letters)(*range(self.letters))
        self.callback(samples, self.letters, None)
        self.callback(None, 0, None)
        return 0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a synthesiser that knows the variants f1 and m2."""
    (tmp_path / espeak.VARIANTS).mkdir(parents=True)
    (tmp_path / espeak.VARIANTS / "f1").write_text("four")
    (tmp_path / espeak.VARIANTS / "m2").write_text("eleven long")
    monkeypatch.setattr(espeak.ctypes, "CDLL", Library)
    return tmp_path


def test_each_is_said_in_its_voice(folder: Path) -> None:
    file = folder / espeak.VARIANTS / "own"
    file.touch()
    plan = [*PLAN, Spoken("a", "en+a", 150, 50), Spoken("b", "en+b", 150, 50), PLAN[0]]
    said = synthesize(plan, folder, file, {"a": "of ten let", "b": "b"})
    assert [len(waveform) for waveform in said] == [4, 11, 10, 1, 4]
    assert said[1].dtype == np.int16


def test_an_unknown_voice(folder: Path) -> None:
    with pytest.raises(ValueError, match=r"the synthesiser has no voice 'en\+f3'"):
        synthesize([Spoken("one", "en+f3", 150, 50)], folder, folder / "own", {})


def test_plans() -> None:
    words = ["one", "two", "three"]
    planned = plan("train", 200, words, 2, 4, seed=0)
    assert len(planned) == 200
    counts = {len(each.text.split()) for each in planned}
    assert counts == {2, 3, 4}
    assert {word for each in planned for word in each.text.split()} == set(words)
    assert {each.voice for each in planned} <= set(voices("train"))
    assert plan("train", 200, words, 2, 4, seed=0) == planned
    assert plan("train", 200, words, 2, 4, seed=1) != planned
    assert [each.text for each in plan("test", 200, words, 2, 4, seed=0)] != [
        each.text for each in planned
    ]
