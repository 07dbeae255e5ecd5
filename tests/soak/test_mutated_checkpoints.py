"""A thousand damaged or hostile checkpoints, each used as people use one."""

import io
import os
import pickle
import random
import resource
import shutil
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
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

pytestmark = pytest.mark.soak
COUNT = int(1000 * float(os.environ.get("SOAK", "1")))
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


@pytest.fixture(scope="module")
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


def test_a_mutated_checkpoint_ends_in_a_sentence_or_loads(
    runs: Path,
    own_data: Path,
    composed: Callable[..., DictConfig],
    in_child: Callable[..., Any],
    record_property: Callable[[str, object], None],
    tmp_path: Path,
) -> None:
    canary = tmp_path / "canary"
    base = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    faults, sentences, loads, slowest, largest = [], 0, 0, 0.0, 0
    for kind in TRAININGS:
        run, original = runs / kind, (runs / kind / "checkpoints" / "best.ckpt").read_bytes()
        files = sorted((run / "checkpoints").glob("*.ckpt"))
        uses = list(prepared(kind, runs, own_data, composed))
        truth = [in_child(use, SECONDS, base + MEMORY) for use in uses]
        for ended in truth:
            assert ended.code == 0, ended
        count = COUNT // len(TRAININGS)
        draw = random.Random(f"checkpoints {kind}")  # noqa: S311
        for n, mutant in zip(range(count), mutants(original, draw, canary), strict=False):
            for file in files:  # else a whole one beside it is used
                file.write_bytes(mutant.content)
            use = min(draw.choice([0, 0, 0, 1, 1, 2]), len(uses) - 1)
            ended = in_child(uses[use], SECONDS, base + MEMORY)
            slowest = max(slowest, ended.seconds)
            output, _, peak = ended.output.rpartition("peak ")
            largest = max(largest, int(peak or 0))
            errors = [x for x in ended.errors.splitlines() if not x.startswith("warning: ")]
            named = not mutant.place or any(str(key) in ended.errors for key in mutant.place)
            if ended.code == 1 and len(errors) == 1 and errors[0].startswith("error: "):
                sentences += 1
                file = ".ckpt" in errors[0] or str(own_data) in errors[0] or "resume: " in errors[0]
                # What a state of Lightning is needed for shows only where Lightning uses it.
                named |= "cannot be continued" in errors[0]
                fault = "" if file and named else "names no file and place"
            elif ended.code == 0:
                loads += 1
                fault = (
                    "other results"
                    if mutant.same and output != truth[use].output.rpartition("peak ")[0]
                    else ""
                )
            elif ended.code is None and kind == "adding" and mutant.place[:1] == ("data",):
                loads += 1  # it does what is described: more sequences than fit into this time
                fault = ""
            else:
                fault = "no sentence"
            if canary.exists():
                fault = "ran code"
                canary.unlink()
            if fault:
                faults.append(
                    f"{kind} {n} use {use} {mutant.what} {mutant.place}: {fault} "
                    f"(exit code {ended.code}) {ended.errors[-1500:]}"
                )
    record_property(
        "figure",
        f"mutated checkpoints: {sentences} of {sentences + loads} one sentence, {loads} loaded, "
        f"slowest {slowest:.1f} s, {(largest - base_rss()) / 1024:.0f} MiB more memory at most",
    )
    if os.environ.get("FAULTS"):
        Path(os.environ["FAULTS"]).write_text("\n\n".join(faults))
    assert not faults, f"{len(faults)} faults:\n" + "\n\n".join(faults[:20])


def base_rss() -> int:
    """This process's largest resident memory in KiB, which a child starts with."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


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
        if "forecast" in config.get("output_dir", ""):
            shutil.rmtree(config.output_dir, ignore_errors=True)
        try:
            with one_clear_sentence(1):
                result = task(config)
                if isinstance(result, Iterator):
                    result = list(result)
                if not silent:
                    print(result)
        finally:
            print(f"peak {base_rss()}")

    return use


def mutants(original: bytes, draw: random.Random, canary: Path) -> Iterator[Mutant]:
    """Endless mutants, all kinds in turn."""
    checkpoint = torch.load(io.BytesIO(original), weights_only=True)
    targets = specials(checkpoint, canary)
    deletions = [(key,) for key in checkpoint] + [
        (key, inner)
        for key in checkpoint
        if isinstance(checkpoint[key], dict)
        for inner in checkpoint[key]
    ]
    draw.shuffle(targets)
    draw.shuffle(deletions)
    while True:
        yield archive_bytes(original, draw)
        yield members(original, draw)
        yield pickled(original, draw, canary)
        if deletions:
            yield deleted(checkpoint, deletions.pop())
        if targets:
            place, value = targets.pop()
            changed = deepcopy(checkpoint)
            inside(changed, place[:-1])[place[-1]] = value
            yield Mutant(str(value)[:80], saved(changed), place)
        yield replaced(checkpoint, draw)
        yield replaced(checkpoint, draw)


def archive_bytes(original: bytes, draw: random.Random) -> Mutant:
    """Flipped, cut, zeroed, or inserted bytes."""
    content, place = bytearray(original), draw.randrange(len(original))
    what = draw.choice(["flip", "flip", "cut", "zeros", "insert", "noise", "end"])
    if what == "flip":
        content[place] ^= 1 << draw.randrange(8)
    elif what == "cut":
        del content[place:]
    elif what == "end":  # the directory of the archive
        content[-1 - draw.randrange(min(600, len(content)))] = draw.randrange(256)
    elif what == "zeros":
        size = min(draw.choice([1, 16, 512]), len(content) - place)
        content[place : place + size] = bytes(size)
    elif what == "insert":
        content[place:place] = draw.randbytes(draw.choice([1, 7, 64]))
    else:
        size = min(64, len(content) - place)
        content[place : place + size] = draw.randbytes(size)
    return Mutant(f"{what} at {place}", bytes(content), same=True)


def members(original: bytes, draw: random.Random) -> Mutant:
    """A member of the archive changed, removed or there twice, with the right checksums."""
    what = draw.choice(["change", "change", "remove", "twice", "shorten", "lengthen"])
    with zipfile.ZipFile(io.BytesIO(original)) as archive:
        all_members = {name: archive.read(name) for name in archive.namelist()}
    chosen = draw.choice([name for name in all_members if not name.endswith(".pkl")])
    content = bytearray(all_members[chosen])
    if what == "change" and content:
        content[draw.randrange(len(content))] = draw.randrange(256)
    elif what == "shorten":
        del content[len(content) // 2 :]
    elif what == "lengthen":
        content += draw.randbytes(64)
    kept = {name: each for name, each in all_members.items() if what != "remove" or name != chosen}
    if what != "remove":
        kept[chosen] = bytes(content)
    return Mutant(f"{what} {chosen}", zipped(kept, twice=chosen if what == "twice" else None))


def pickled(original: bytes, draw: random.Random, canary: Path) -> Mutant:
    """Other opcodes in the pickle, with the right checksums."""
    with zipfile.ZipFile(io.BytesIO(original)) as archive:
        all_members = {name: archive.read(name) for name in archive.namelist()}
    [name] = (name for name in all_members if name.endswith("data.pkl"))
    content, place = bytearray(all_members[name]), draw.randrange(2, len(all_members[name]))
    what = draw.choice(["opcode", "opcode", "insert", "delete", "cut", "code", "long", "deep"])
    opcodes = b"(.012FIJKLMNPQRSTUVX]abcdeghijlopqrstu}\x80\x81\x82\x85\x86\x87\x88\x89\x8a\x8b"
    if what == "opcode":
        content[place] = draw.choice(opcodes)
    elif what == "insert":
        content[place:place] = bytes([draw.choice(opcodes)])
    elif what == "delete":
        del content[place]
    elif what == "cut":
        del content[place:]
    elif what == "code":
        call = pickle.dumps(Hostile(canary), protocol=2)[2:-1] + b"0"
        content[2:2] = call  # runs first, then it is dropped
    elif what == "long":
        content[2:2] = b"X\xff\xff\xff\x7f"  # a text of 2 GiB
    else:
        content[2:2] = b"(" * 100_000
    all_members[name] = bytes(content)
    return Mutant(f"{what} at {place} of the pickle", zipped(all_members))


class Hostile:
    """Whoever unpickles this makes a file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> Any:
        return open, (str(self.file), "w")


def zipped(all_members: dict[str, bytes], twice: str | None = None) -> bytes:
    """An archive of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in all_members.items():
            archive.writestr(name, content)
        if twice is not None:
            with warnings.catch_warnings(action="ignore"):
                archive.writestr(twice, bytes(len(all_members[twice])))
    return buffer.getvalue()


def saved(checkpoint: Any) -> bytes:
    """The file of a checkpoint."""
    buffer = io.BytesIO()
    torch.save(checkpoint, buffer)
    return buffer.getvalue()


def deleted(checkpoint: dict[str, Any], place: tuple[Any, ...]) -> Mutant:
    """Without the key at a place."""
    changed = deepcopy(checkpoint)
    del inside(changed, place[:-1])[place[-1]]
    return Mutant("without", saved(changed), place)


def inside(node: Any, place: tuple[Any, ...]) -> Any:
    """What lies at a place."""
    for key in place:
        node = node[key]
    return node


def places(node: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """All places in a checkpoint."""
    if isinstance(node, dict | list):
        for key in node if isinstance(node, dict) else range(len(node)):
            yield (*above, key)
            yield from places(node[key], (*above, key))


def replaced(checkpoint: dict[str, Any], draw: random.Random) -> Mutant:
    """Another value at a random place; each top-level key is as likely."""
    key = draw.choice(list(checkpoint))
    place = draw.choice([(key,), *places(checkpoint[key], (key,))])
    changed = deepcopy(checkpoint)
    present = inside(changed, place)
    other = draw.choice(others(present))
    inside(changed, place[:-1])[place[-1]] = other()
    return Mutant(f"{str(other())[:60]!r} instead of {str(present)[:60]!r}", saved(changed), place)


def others(present: Any) -> list[Callable[[], Any]]:
    """Values to put where another one was."""
    deep: Any = []
    for _ in range(300):
        deep = [deep]
    loop: dict[str, Any] = {}
    loop["loop"] = loop
    values = [
        None, True, -1, 0, 1, 10**6, 10**9, 2**62, 10**30, -(10**12), 0.5, -2.5, 1e300,
        float("nan"), float("inf"), "", "x", "${oc.env:HOME}", "x" * 10**6, "\ud800", [], {},
        [1, "a"], {"a": 1}, {1: 2}, {"_target_": "os.mkdir", "path": "canary"},
        {"_target_": "elman.RNN"},
        {"_partial_": True}, torch.tensor(1.0), torch.zeros(0), loop, ["x"] * 100_000,
    ]  # fmt: skip
    makers = [lambda value=value: value for value in values] + [lambda: nested(300)]
    if isinstance(present, torch.Tensor):
        x = present
        makers += [
            lambda: torch.full(x.shape, float("nan")), lambda: torch.full(x.shape, float("inf")),
            lambda: torch.zeros((*x.shape, 2)), lambda: x.flatten()[:-1] + 0,
            lambda: x.to(torch.complex64), x.double, x.char, x.half, x.to_sparse, x.bool,
            lambda: torch.zeros(1).expand(10**6, 10**6),
        ]  # fmt: skip
        makers += makers[-11:] * 2
    return makers


def nested(depth: int) -> Any:
    """A dictionary in a dictionary in a …."""
    node: dict[str, Any] = {}
    for _ in range(depth):
        node = {"a": node}
    return node


def specials(checkpoint: dict[str, Any], canary: Path) -> list[tuple[tuple[Any, ...], Any]]:
    """Changes that are worth a try, whatever chance draws."""
    hostile = {"_target_": "os.mkdir", "path": str(canary)}
    changes: list[tuple[tuple[Any, ...], Any]] = [
        (("state_dict",), []), (("state_dict",), {}), (("state_dict",), None),
        (("version",), 3), (("version",), 10**9), (("version",), "2"), (("version",), None),
    ]  # fmt: skip
    for part in ("network", "data", "training", "objective"):
        described = checkpoint[part]
        changes += [
            ((part,), hostile), ((part,), nested(300)), ((part, "_target_"), "os.mkdir"),
            ((part, "_target_"), 7), ((part, "_target_"), ["elman.RNN"]),
            ((part, "_args_"), [1, 2]),
            ((part, "_partial_"), "yes"), ((part, "_recursive_"), False),
            ((part, "_convert_"), "x"),
            ((part, "_target_"), "elman.networks.FeedforwardNetwork"), ((part, "nosuch"), 1),
            ((part, "_target_"), "elman.tasks.digits.data.DigitData"), ((part, 3), 1),
            ((part, "_target_"), "elman.RNN"), ((part, "_target_"), "elman.data.module.DataModule"),
            ((part, "_partial_"), not described.get("_partial_", False)),
        ]  # fmt: skip
        for place in places(described, (part,)):
            if isinstance(inside(checkpoint, place), int):
                changes += [(place, value) for value in (-1, 0, 10**6, 10**9, 2**62, 10**30)]
            elif isinstance(inside(checkpoint, place), str):
                changes += [(place, f"${{oc.create:{hostile}}}"), (place, hostile)]
            elif isinstance(inside(checkpoint, place), dict):
                changes += [((*place, "_partial_"), True), ((*place, "num_layers"), 10**6)]
    for key in checkpoint["state_dict"]:
        changes += [(("state_dict", key), float("nan")), (("state_dict", key), [[1.0]])]
    return changes
