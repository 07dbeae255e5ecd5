"""Surnames of 14 languages."""

import ast
import zipfile
from collections.abc import Iterator
from pathlib import Path

from elman.data.fetch import Package

# A generator of fake data (MIT licence) that contains lists of real surnames.
SURNAMES = Package(
    name="faker",
    version="40.63.0",
    sha256="36627c20b575b4138f54b6c21f8703e9ab122fd487aca11319beec2aa6ca7232",
)
SURNAMES_FILE = "faker/providers/person/{}/__init__.py"
# Languages in Latin script with at least 300 names: the locales of each, and their lists. For
# Slovak, only the male forms: with Novák in the training split and Nováková in the test split, the
# test name would not be new. The locale "en" is left out, since its names have many origins.
LISTS = {
    "Croatian": {"hr_HR": ["last_names"]},
    "Dutch": {"nl_NL": ["last_names"]},
    "English": {"en_GB": ["last_names"]},
    "Estonian": {"et_EE": ["last_names_est"]},
    "Finnish": {"fi_FI": ["last_names"]},
    "French": {"fr_FR": ["last_names"], "fr_CA": ["last_names"]},
    "German": {"de_DE": ["last_names"], "de_AT": ["last_names"]},
    "Irish": {"ga_IE": ["last_names"]},
    "Italian": {"it_IT": ["last_names"]},
    "Polish": {"pl_PL": ["unisex_last_names", "male_last_names"]},
    "Slovak": {"sk_SK": ["last_names_male"]},
    "Spanish": {"es_ES": ["last_names"], "es_MX": ["last_names"]},
    "Swedish": {"sv_SE": ["last_names"]},
    "Zulu": {"zu_ZA": ["last_names_male"]},
}


def read_surnames(wheel: Path) -> Iterator[tuple[str, str]]:
    """Yields each surname with its language, ordered by language.

    The lists are in Python files, which are parsed and not executed.
    """
    with zipfile.ZipFile(wheel) as archive:
        for language, locales in LISTS.items():
            for locale, names in locales.items():
                tree = ast.parse(archive.read(SURNAMES_FILE.format(locale)))
                for name in names:
                    yield from ((surname, language) for surname in _read_list(tree, name))


def _read_list(tree: ast.Module, name: str) -> list[str]:
    """The names assigned to `name`: `(…)`, `[…]`, or `OrderedDict(((…, frequency), …))`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and target.id == name:
                if isinstance(node.value, ast.Call):
                    return [surname for surname, _ in ast.literal_eval(node.value.args[0])]
                return list(ast.literal_eval(node.value))
    raise ValueError(f"data: the package {SURNAMES.name} has no list {name}")
