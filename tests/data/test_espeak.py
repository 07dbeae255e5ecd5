from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from elman.data import espeak
from elman.data.espeak import Spoken, speak
from elman.data.voices import ACCENTS, MADE, NEW_ACCENT, VARIANTS, made_variants, plan, voices

PLAN = [Spoken("one two", "en+f1", 150, 50), Spoken("three", "en-us+m2", 120, 40)]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[Spoken]]:
    """What a synthesiser was asked to say, which says as many samples as a text has letters."""
    plans: list[Sequence[Spoken]] = []

    def synthesize(plan: Sequence[Spoken], _: Path) -> list[np.ndarray]:
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


def test_variants_are_written_where_the_synthesiser_looks(
    tmp_path: Path, said: list[Sequence[Spoken]]
) -> None:
    folder = tmp_path / espeak.VARIANTS
    folder.mkdir(parents=True)
    speak(PLAN, tmp_path, {"made0": "one"})
    assert (folder / "made0").read_text() == "one"
    speak(PLAN, tmp_path, {"made0": "another"})  # which is another sound
    assert len(said) == 2


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
