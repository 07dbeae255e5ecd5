"""Sentences and their translations: read from files, and divided so that nothing leaks."""

import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import networkx
import polib
import torch

from elman.data.bad_lines import BadLines, OnBad, read_lines

# What is written for a program to read: placeholders, tags, Markdown, escapes, addresses.
MARKUP = re.compile(r"[{}<>\[\]`*|\\]|%\(|://")


class Pair(NamedTuple):
    """A sentence and its translation."""

    source: str
    target: str


def read_pairs(path: Path, on_bad: OnBad) -> list[Pair]:
    """The pairs of a `.po` catalogue, or else of lines `source<tab>target`, in UTF-8.

    Args:
        path: of the file.
        on_bad: a line that holds no pair is an "error", or one to "skip" and count.

    Returns:
        Each pair once, in the order of the file.

    Raises:
        OSError: there is no such file, or it cannot be read.
        ValueError: it is not UTF-8, no such catalogue, or has a bad line.
    """
    lines = read_lines("data.path", path)
    if path.suffix == ".po":
        pairs = _in_catalogue(path, lines)
    else:
        bad = BadLines(str(path), on_bad)
        pairs = list(_in_lines(lines, bad))
        bad.tell()
    return list(dict.fromkeys(pairs))


def _in_lines(lines: list[str], bad: BadLines) -> Iterator[Pair]:
    for number, line in enumerate(lines, 1):
        fields = [_with_single_spaces(field) for field in line.split("\t")]
        if len(fields) == 2 and all(fields):
            yield Pair(*fields)
        elif line.strip():
            found = f"{len(fields)} of them" if len(fields) != 2 else "one that is empty"
            bad.found(number, f"it must be two texts with a tab between, is {found}")
        elif number < len(lines):  # what follows the last line's end is no line
            bad.found(number, "it is empty")


def _in_catalogue(path: Path, lines: list[str]) -> list[Pair]:
    """Entries that are translated; the fuzzy, the obsolete and those with a plural are not used."""
    try:
        catalogue = polib.pofile("\n".join(lines))
    except OSError as error:
        raise ValueError(f"data.path: {path}: {error}") from error
    return [
        Pair(_with_single_spaces(entry.msgid), _with_single_spaces(entry.msgstr))
        for entry in catalogue.translated_entries()
        if entry.msgid.strip() and entry.msgstr.strip()
    ]


def read_catalogues(wheel: Path, source: str, target: str) -> list[Pair]:
    """The texts of `translations/LANGUAGE.json` of every component of Home Assistant, each once.

    Args:
        wheel: the package.
        source: code of the language to translate from, such as en.
        target: of the language to translate into, such as de.

    Raises:
        ValueError: it has no such language.
    """
    with zipfile.ZipFile(wheel) as archive:
        files = {
            PurePosixPath(name): name
            for name in sorted(archive.namelist())
            if PurePosixPath(name).match("components/*/translations/*.json")
        }
        languages = sorted({path.stem for path in files})
        for argument, language in (("data.source", source), ("data.target", target)):
            if language not in languages:
                raise ValueError(
                    f"{argument}: there is no language {language!r} in {wheel.name}; there are "
                    f"{', '.join(languages)}"
                )
        pairs: dict[Pair, None] = {}
        for path, name in files.items():
            translation = path.with_stem(target)
            if path.stem == source and translation in files:
                texts = dict(_texts(json.loads(archive.read(name))))
                for key, text in _texts(json.loads(archive.read(files[translation]))):
                    if key in texts and not MARKUP.search(texts[key] + text):
                        pair = Pair(_with_single_spaces(texts[key]), _with_single_spaces(text))
                        if all(pair):
                            pairs[pair] = None
    return list(pairs)


def _texts(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """The texts of a JSON object, each with the keys that lead to it."""
    if isinstance(node, dict):
        for key, child in node.items():
            yield from _texts(child, (*path, key))
    elif isinstance(node, str):
        yield path, node


def _with_single_spaces(text: str) -> str:
    return " ".join(text.split())


def divide(pairs: Sequence[Pair], shares: Sequence[float], seed: int) -> list[list[Pair]]:
    """Parts no two of which have a text in common, as source or as target.

    Pairs that share a text, capitals aside, are connected; connected pairs stay together.

    Args:
        pairs: each once.
        shares: of the pairs for each part but the last; a part gets no more than its share.
        seed: of the choice which are in which part.

    Returns:
        The parts; what is left over is the last.
    """
    graph = networkx.Graph()
    for pair in pairs:
        graph.add_edge(pair.source.casefold(), pair.target.casefold())
    component = {
        text: number
        for number, texts in enumerate(networkx.connected_components(graph))
        for text in texts
    }
    members: dict[int, list[Pair]] = {}
    for pair in pairs:
        members.setdefault(component[pair.source.casefold()], []).append(pair)
    groups = list(members.values())
    order = torch.randperm(len(groups), generator=torch.Generator().manual_seed(seed)).tolist()
    parts: list[list[Pair]] = [[] for _ in range(len(shares) + 1)]
    for group in (groups[number] for number in order):
        for part, share in zip(parts, [*shares, 1.0], strict=True):
            if len(part) + len(group) <= round(share * len(pairs)):
                part.extend(group)
                break
    return parts
