"""Mutated checkpoints of each kind of training, each used as people use one."""

import os
import random
import resource
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from omegaconf import DictConfig

from elman.cli.errors import one_clear_sentence
from elman.tasks.captioning.caption import caption
from elman.tasks.classification.classify import classify
from elman.tasks.forecasting.forecast import forecast
from elman.tasks.language.generate import generate
from elman.tasks.speech.transcribe import transcribe
from elman.tasks.translation.translate import translate
from elman.training.evaluate import evaluate
from elman.training.train import train

SECONDS, MEMORY = 15, 2 * 2**30
# A small training of each kind: its data and its overrides.
TRAININGS = {
    "language": (
        "book.txt",
        "data.batch_size=4 data.chunk_length=18 network.embedding_size=8 network.hidden_size=16 "
        "callbacks.samples.length=5",
    ),
    "digits": (
        "digits.csv",
        "experiment=digits_feedforward callbacks=accuracy data.validation=20 data.test=20",
    ),
    "rows": (
        "digits.csv.gz",
        "experiment=rows_recurrent network.hidden_size=8 data.validation=20 data.test=20",
    ),
    "names": ("names.csv", "experiment=names network.embedding_size=4 network.hidden_size=6"),
    "speaker": ("series.ts", "experiment=speaker network.hidden_size=6"),
    "forecast": (
        "series.csv",
        "experiment=forecast network.hidden_size=8 data.season=8 data.window=24 data.horizon=4",
    ),
    "translation": (
        "pairs.tsv",
        "experiment=translation data.vocabulary_size=60 data.validation=0.1 data.test=0.1 "
        "network.embedding_size=4 network.hidden_size=6 network.attention_size=4",
    ),
    "captioning": (
        "captions",
        "experiment=captioning data.side=16 data.combination_size=2 data.min_count=8 "
        "network.channels=[4,8] network.embedding_size=4 network.hidden_size=8 "
        "callbacks.checkpoint.monitor=validation/cost callbacks.checkpoint.mode=min "
        "trainer.check_val_every_n_epoch=1",
    ),
    "speech": ("speech", "experiment=speech network.hidden_size=6 rnn.num_layers=1 rnn.dropout=0"),
    "adding": (
        "",
        "experiment=adding network.hidden_size=6 data.length=9 data.batches=3 data.test=40",
    ),
}
SHORT = "trainer.max_epochs=2 trainer.log_every_n_steps=1 +trainer.enable_progress_bar=false"
# How people use each of them.
USES: dict[str, list[tuple[str, Callable[[DictConfig], object], str]]] = {
    "language": [("generate", generate, "length=20"), ("evaluate", evaluate, "")],
    "digits": [("evaluate", evaluate, "")],
    "rows": [("evaluate", evaluate, "")],
    "names": [("classify", classify, "text=abc"), ("evaluate", evaluate, "")],
    "speaker": [("classify", classify, "path={data}"), ("evaluate", evaluate, "")],
    "forecast": [("forecast", forecast, "output_dir={run}/forecast"), ("evaluate", evaluate, "")],
    "translation": [("translate", translate, "text='the red lamp'"), ("evaluate", evaluate, "")],
    "captioning": [("caption", caption, "image={data}/red-dot-0.png"), ("evaluate", evaluate, "")],
    "speech": [("transcribe", transcribe, "audio={data}/0.wav"), ("evaluate", evaluate, "")],
    "adding": [("evaluate", evaluate, "")],
}
RESUMED = ("language", "digits", "names", "forecast", "adding")


class Mutant(NamedTuple):
    """A damaged checkpoint.

    Attributes:
        what: was done to it.
        content: its bytes.
        place: the keys to what was changed; empty if it is the archive.
        same: whether it must give the results of the original where it loads.
    """

    what: str
    content: bytes
    place: tuple[Any, ...] = ()
    same: bool = False


Mutate = Callable[[bytes, random.Random, Path], Iterator[Mutant]]


@pytest.fixture
def mutant() -> type[Mutant]:
    return Mutant


@pytest.fixture(scope="session")
def runs(own_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run of each kind."""
    folder = tmp_path_factory.mktemp("runs")
    trainings = []
    for name, (data, overrides) in TRAININGS.items():
        path = [f"data.path={own_data / data}"] if data else []
        trainings.append([f"output_dir={folder / name}", *path, *overrides.split(), *SHORT.split()])
    program = f"import elman\nfor each in {trainings!r}: elman.api.train(each, quiet=True)"
    subprocess.run([sys.executable, "-c", f"import elman.api; {program}"], check=True)
    return folder


@pytest.fixture
def each_ends_well(
    runs: Path,
    own_data: Path,
    composed: Callable[..., DictConfig],
    in_child: Callable[..., Any],
    record_property: Callable[[str, object], None],
    tmp_path: Path,
) -> Callable[[str, Mutate, int], None]:
    """Tries mutants of each kind: one sentence that names file and place, or a right load."""
    base = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    canary = tmp_path / "canary"

    def check(subject: str, mutate: Mutate, count: int) -> None:
        count = round(count / len(TRAININGS) * float(os.environ.get("SOAK", "1")))
        faults, sentences, loads, slowest, largest = [], 0, 0, 0.0, 0
        for kind in TRAININGS:
            files = sorted((runs / kind / "checkpoints").glob("*.ckpt"))
            originals = [file.read_bytes() for file in files]
            original = (runs / kind / "checkpoints" / "best.ckpt").read_bytes()
            uses = list(prepared(kind, runs, own_data, composed))
            truth = [in_child(use, SECONDS, base + MEMORY) for use in uses]
            for ended in truth:
                assert ended.code == 0, ended
            draw = random.Random(f"checkpoints {kind}")  # noqa: S311
            for n, mutant in zip(range(count), mutate(original, draw, canary), strict=False):
                for file in files:  # else a whole one beside it is used
                    file.write_bytes(mutant.content)
                use = min(draw.choice([0, 0, 0, 1, 1, 2]), len(uses) - 1)
                ended = in_child(uses[use], SECONDS, base + MEMORY)
                slowest = max(slowest, ended.seconds)
                largest = max(largest, int(ended.output.rpartition("peak ")[2] or 0))
                loads += ended.code == 0
                sentences += ended.code in (1, 3)
                fault = _fault(ended, mutant, truth[use], own_data)
                if canary.exists():
                    fault = "ran code"
                    canary.unlink()
                if fault:
                    faults.append(
                        f"{kind} {n} use {use} {mutant.what} {mutant.place}: {fault} "
                        f"(exit code {ended.code}) {ended.errors[-1500:]}"
                    )
            for file, content in zip(files, originals, strict=True):
                file.write_bytes(content)
        record_property(
            "figure",
            f"mutated checkpoints, {subject}: {len(TRAININGS) * count} tried, {sentences} ended "
            f"with one sentence, {loads} loaded, {len(faults)} otherwise; slowest {slowest:.1f} s, "
            f"{largest} MiB more memory at most",
        )
        assert not faults, f"{len(faults)} faults:\n" + "\n\n".join(faults)

    return check


def _fault(ended: Any, mutant: Mutant, truth: Any, own_data: Path) -> str | None:
    """What is wrong with how the use ended; None: nothing."""
    if ended.code == 0:
        output, original = (each.output.rpartition("peak ")[0] for each in (ended, truth))
        return "other results" if mutant.same and output != original else None
    if ended.code is None and mutant.place[:1] == ("data",):
        return None  # it does what is described: more sequences than are made in this time
    errors = [line for line in ended.errors.splitlines() if not line.startswith("warning: ")]
    if ended.code == 3 and ended.errors.startswith("error: training diverged at step "):
        return None  # from a weight that has become very large
    if ended.code != 1 or len(errors) != 1 or not errors[0].startswith("error: "):
        return "no sentence"
    # What a state of Lightning is needed for shows only where Lightning uses it.
    keys = [*map(str, mutant.place), "cannot be continued"] if mutant.place else [""]
    files = (".ckpt", str(own_data), "resume: ")
    if errors[0].startswith("error: not enough memory"):
        return None
    named = [any(each in errors[0] for each in either) for either in (files, keys)]
    return None if all(named) else "names no file and place"


def memory_used() -> int:
    """The largest resident memory of this process in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def prepared(
    kind: str, runs: Path, own_data: Path, composed: Callable[..., DictConfig]
) -> Iterator[Callable[[], None]]:
    """The uses of a run, their configurations composed."""
    run, data = runs / kind, own_data / TRAININGS[kind][0]
    for name, task, overrides in USES[kind]:
        options = [x.format(run=run, data=data) for x in overrides.split(" ") if x]
        if name == "translate":
            options = ["text='the red lamp'"]
        if name in ("evaluate", "forecast"):
            options.append("+trainer.enable_progress_bar=false")
        yield as_script(task, composed(name, f"checkpoint={run}", *options))
    if kind in RESUMED:
        stored = [f"data.path={data}"] if TRAININGS[kind][0] else []
        options = [*stored, *TRAININGS[kind][1].split(), *SHORT.split()]
        again = ["trainer.max_epochs=3", f"resume={run}", f"output_dir={run}/resumed"]
        yield as_script(train, composed("train", *options, *again), silent=True)


def as_script(
    task: Callable[[DictConfig], Any], config: DictConfig, silent: bool = False
) -> Callable[[], None]:
    """The task as its script runs it: it prints what it returns, or one sentence."""

    def use() -> None:
        warnings.simplefilter("ignore")
        before = memory_used()
        if str(config.get("output_dir")).endswith(("/forecast", "/resumed")):
            shutil.rmtree(config.output_dir, ignore_errors=True)  # of the last use
        try:
            with one_clear_sentence(1):
                result = task(config)
                if isinstance(result, Iterator):
                    result = list(result)
                if not silent:
                    print(result)
        finally:
            print(f"peak {memory_used() - before}")

    return use
