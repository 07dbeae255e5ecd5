"""The header line of a file of sentence pairs."""

from pathlib import Path

SOURCE_NAMES = frozenset({"source", "src", "sentence", "original", "input"})
TARGET_NAMES = frozenset({"target", "tgt", "trg", "translation", "output"})


def is_header(path: Path, line: str, languages: tuple[str, str]) -> bool:
    """Whether a file's first line names the two columns, such as `source<tab>target`.

    The known names are those above and the codes of the two languages, in any letter case.

    Args:
        path: of the file, for the error message.
        line: the first line.
        languages: codes of the source and target language.

    Raises:
        ValueError: the line may be a header or a pair: only one of its two texts is a known name,
            or the names are in the wrong order.
    """
    names = [field.strip().casefold() for field in line.split("\t")]
    if len(names) != 2:
        return False
    source_language, target_language = (language.casefold() for language in languages)
    sources, targets = SOURCE_NAMES | {source_language}, TARGET_NAMES | {target_language}
    if names[0] in sources and names[1] in targets:
        return True
    if any(name in sources | targets for name in names):
        raise ValueError(
            f"data.path: {path}, line 1: {line.strip()!r} may be a header or a pair; set "
            "data.header=true or data.header=false (the first column is the source sentence, "
            f"{languages[0]}, the second its translation, {languages[1]})"
        )
    return False
