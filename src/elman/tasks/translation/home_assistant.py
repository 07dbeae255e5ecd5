"""Sentence pairs from the user interface translations of Home Assistant."""

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from elman.tasks.translation.pair import Pair, normalize_spaces

# Text for programs: placeholders, tags, Markdown, escapes, URLs.
MARKUP = re.compile(r"[{}<>\[\]`*|\\]|%\(|://")


def read_home_assistant(wheel: Path, source: str, target: str) -> list[Pair]:
    """The texts of `translations/LANGUAGE.json` of all components, without markup and duplicates.

    Args:
        wheel: the package.
        source: code of the source language, such as en.
        target: code of the target language, such as de.

    Raises:
        ValueError: the package does not have a language.
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
                    f"{argument}: {wheel.name} does not have the language {language!r}; it has "
                    f"{', '.join(languages)}"
                )
        pairs: dict[Pair, None] = {}
        for path, name in files.items():
            translation = path.with_stem(target)
            if path.stem == source and translation in files:
                texts = dict(_texts(json.loads(archive.read(name))))
                for keys, text in _texts(json.loads(archive.read(files[translation]))):
                    if keys in texts and not MARKUP.search(texts[keys] + text):
                        pair = Pair(normalize_spaces(texts[keys]), normalize_spaces(text))
                        if all(pair):
                            pairs[pair] = None
    return list(pairs)


def _texts(node: Any, keys: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """The texts of a JSON object, each with the keys on the path to it."""
    if isinstance(node, dict):
        for key, child in node.items():
            yield from _texts(child, (*keys, key))
    elif isinstance(node, str):
        yield keys, node
