"""Renders a page from a template of a package and the shared `base.html.jinja`."""

import dataclasses
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup


def render(package: str, template: str, **values: Any) -> str:
    """The text of a page.

    Args:
        package: has the template in its folder `templates`.
        template: its name; a template for HTML extends `base.html.jinja`.
        **values: what the template shows. `{{ data | json }}` gives a value to a script.
    """
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("elman.pages")]),
        autoescape=select_autoescape(["html.jinja"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["json"] = _for_script
    return environment.get_template(template).render(**values)


def write_page(file: Path, package: str, template: str, **values: Any) -> None:
    """Writes a page; the arguments are those of `render`."""
    file.write_text(render(package, template, **values), encoding="utf-8")


def plain(value: Any, convert: Callable[[Any], Any] = lambda value: value) -> Any:
    """A value as JSON has it: numbers that are not finite become null.

    Args:
        value: of tensors, arrays, data classes, named tuples, mappings, lists and plain values.
        convert: is called first on each value in it.
    """
    value = convert(value)
    if hasattr(value, "tolist"):  # a tensor or an array
        return plain(value.tolist(), convert)
    if dataclasses.is_dataclass(value):
        return {f.name: plain(getattr(value, f.name), convert) for f in dataclasses.fields(value)}
    if hasattr(value, "_asdict"):
        return plain(value._asdict(), convert)
    if isinstance(value, Mapping):
        return {key: plain(item, convert) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, convert) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _for_script(value: Any) -> Markup:
    """JSON for a `<script type="application/json">`, which `</script>` in a text cannot end."""
    text = json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - "<" is escaped
