"""Right command lines of all scripts on small data, in which one value can then be made wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from PIL import Image
from scipy.io import wavfile

CONF = Path(__file__).parents[3] / "conf"

# What the small data need.
SMALL = {
    "characters": ("data.batch_size=4", "data.chunk_length=18"),
    "digits": ("data.validation=20", "data.test=20"),
    "digit_rows": ("data.validation=20", "data.test=20"),
    "captions": (
        *("data.side=16", "network.channels=[4,8]", "data.combination_size=2"),
        *("data.min_count=1", "trainer.check_val_every_n_epoch=1"),
    ),
    "translation": ("data.vocabulary_size=80",),
    "series_classification": ("data.test=0.2",),
}

Command = tuple[str, tuple[str, ...]]  # the name of a script, and its right arguments


@pytest.fixture
def small_data(tmp_path: Path) -> dict[str, Path]:
    """A small file or folder of each task's data, by the name of the choice in `conf/data`."""
    random = np.random.default_rng(0)
    folder = tmp_path / "data"
    folder.mkdir()
    verses = "".join(f"{n} green bottles hanging on the wall,\n" for n in range(99, 0, -1))
    pictures = "".join(
        ",".join(map(str, [*random.integers(0, 255, 784), n % 10])) + "\n" for n in range(120)
    )
    hours = "".join(
        f"2026-01-{1 + n // 24:02}T{n % 24:02}:00,{np.sin(n / 4):.3f}\n" for n in range(24 * 30)
    )
    names = "".join(f"{'abc'[n % 3] * 4}{n},{'abc'[n % 3]}\n" for n in range(120))
    pairs = "".join(f"number {n} is here\tNummer {n} ist da\n" for n in range(200))
    series = "@classLabel true a b\n@data\n" + "".join(
        f"{n},{n + 1},{n}:5,6,{n % 7}:{'ab'[n % 2]}\n" for n in range(60)
    )
    written = {
        "characters": ("book.txt", verses),
        "digits": ("pictures.csv", pictures),
        "series": ("hours.csv", "time,value\n" + hours),
        "text_classification": ("names.csv", names),
        "translation": ("pairs.tsv", pairs),
        "series_classification": ("series.ts", series),
    }
    paths = {}
    for name, (file, text) in written.items():
        paths[name] = folder / file
        paths[name].write_text(text, encoding="utf-8")
    paths["digit_rows"] = paths["digit_rows_permuted"] = paths["digits"]
    paths |= {"captions": _pictures(folder), "speech": _tones(folder), "chorales": _tunes(folder)}
    return paths


def _pictures(folder: Path) -> Path:
    """Squares of one colour, with captions."""
    colours, sizes, places = ("red", "green", "blue", "gray"), range(3, 8), range(4)
    target = folder / "shapes"
    target.mkdir()
    lines = []
    for colour in colours:
        for size in sizes:
            for x in places:
                image = Image.new("RGB", (16, 16), "white")
                image.paste(colour, (x, x, x + size, x + size))
                name = f"{colour}-{size}-{x}.png"
                image.save(target / name)
                lines.append(f"{name}\t{colour} square of {'abcdefgh'[size]} size\n")
    (target / "captions.tsv").write_text("".join(lines), encoding="utf-8")
    return target


def _tones(folder: Path) -> Path:
    """Recordings of ten speakers whose words are tones."""
    target = folder / "tones"
    target.mkdir()
    t = np.arange(1920) / 16_000
    lines = []
    for n in range(60):
        word, frequency = [("la", 500), ("so", 1100), ("mi", 2500)][n % 3]
        sound = np.pad(8000 * np.sin(2 * np.pi * frequency * t), (480, 480)).astype(np.int16)
        wavfile.write(target / f"{n}.wav", 16_000, sound)
        lines.append(f"{n}.wav\t{word}\tspeaker {n % 10}\n")
    (target / "transcripts.tsv").write_text("".join(lines), encoding="utf-8")
    return target


def _tunes(folder: Path) -> Path:
    """Scales that begin at different notes."""
    target = folder / "tunes"
    target.mkdir()
    for n in range(20):
        notes = "".join(
            f"<note><pitch><step>{'CDEFGAB'[(n + k) % 7]}</step><octave>4</octave></pitch>"
            "<duration>1</duration></note>"
            for k in range(8 + n)
        )
        text = (
            "<score-partwise><part><measure><attributes><divisions>1</divisions></attributes>"
            f"{notes}</measure></part></score-partwise>"
        )
        (target / f"{n}.musicxml").write_text(text, encoding="utf-8")
    return target


@pytest.fixture
def commands(
    small_data: dict[str, Path],
    run_script: Callable[..., Any],
    tmp_path: Path,
) -> list[Command]:
    """Right command lines: trainings of all experiments, and all other scripts on their runs."""

    def training(experiment: str, *more: str) -> Command:
        overrides = [f"experiment={experiment}"]
        with initialize_config_dir(str(CONF), version_base="1.3"):
            composed = compose("train", overrides=overrides, return_hydra_config=True)
        data = composed.hydra.runtime.choices.data
        if data in small_data:
            overrides.append(f"data.path={small_data[data]}")
        overrides += [
            f"hydra.run.dir={tmp_path / 'run'}",
            f"hydra.sweep.dir={tmp_path / 'sweep'}",
            *SMALL.get(data.removesuffix("_permuted"), ()),
            "logger=csv",
            "trainer.max_epochs=1",
        ]
        return "train", (*overrides, *more)

    experiments = sorted(path.stem for path in (CONF / "experiment").glob("*.yaml"))
    trainings = [training(experiment) for experiment in experiments]

    def run(name: str, experiment: str, *more: str) -> str:
        target = tmp_path / name
        script, arguments = training(experiment, *more)
        ended = run_script(script, *arguments, f"hydra.run.dir={target}", seconds=120)
        assert ended.code == 0, (experiment, ended.errors)
        return f"checkpoint={target}"

    tiny = "network.hidden_size=8"
    text = run("language", "shakespeare", tiny)
    digits = run("digits", "digits_feedforward", "trainer.max_epochs=2")
    names = run("names", "names", tiny)
    translation = run("translation", "translation", tiny)
    captioning = run("captioning", "captioning", tiny)
    speech = run("speech", "speech", tiny, "training.beam_width=2", "data.snr=[]")
    forecast = run("forecast", "forecast", tiny)

    picture = small_data["captions"] / "red-3-0.png"
    output = f"output_dir={tmp_path / 'output'}"
    hydra = f"hydra.run.dir={tmp_path / 'scripts'}"
    book = f"data.path={small_data['characters']}"
    return [
        *trainings,
        ("generate", (text, "length=5")),
        ("evaluate", (text,)),
        ("inspect", (text, f"output={tmp_path / 'page.html'}", "steps=5")),
        ("descent", (digits, "points=3", "columns=3")),
        ("show", (digits, f"output={tmp_path / 'neurons.html'}")),
        ("classify", (names, "text=aaaa")),
        ("translate", (translation, "text=number 1 is here")),
        ("caption", (captioning, f"image={picture}")),
        ("transcribe", (speech, f"audio={small_data['speech'] / '0.wav'}")),
        ("forecast", (forecast, output)),
        ("report", (text.replace("checkpoint=", "runs="), hydra)),
        ("reproduce", ("only=[adding]", output)),
        ("benchmark", ("sizes=[[3,2,4,5]]", "rounds=2", hydra)),
        ("benchmark_training", (tiny, "rounds=2", hydra)),
        ("compare", ("compare=quick", book, "data.batch_size=4", "data.chunk_length=18", hydra)),
        ("gradient_check", ("network=sequence_classifier", "network.hidden_size=4")),
    ]
