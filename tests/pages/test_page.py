import json
import math
from typing import NamedTuple

import numpy as np
import pytest
import torch
from jinja2 import UndefinedError
from playwright.sync_api import Browser

from elman.pages.page import plain, render


class Point(NamedTuple):
    x: float
    y: float


def test_plain_values_of_tensors_arrays_and_tuples() -> None:
    value = {"a": torch.tensor([1.0, math.inf]), "b": np.array([2]), "c": (Point(0.5, math.nan),)}
    assert plain(value) == {"a": [1.0, None], "b": [2], "c": [{"x": 0.5, "y": None}]}


def test_plain_converts_each_value_first() -> None:
    assert plain([1j, {"z": 2j}], lambda v: v.imag if isinstance(v, complex) else v) == [
        1.0,
        {"z": 2.0},
    ]


def test_a_text_cannot_end_the_script_that_holds_the_data(tmp_path, monkeypatch) -> None:
    templates = tmp_path / "shown" / "templates"
    templates.mkdir(parents=True)
    (templates.parent / "__init__.py").touch()
    (templates / "data.html.jinja").write_text(
        '{% extends "base.html.jinja" %}\n{% block script %}\n'
        '<script type="application/json">{{ data | json }}</script>\n{% endblock %}\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    data = {"text": "</script><script>alert(1)</script>"}
    page = render("shown", "data.html.jinja", title="A <b> title", data=data)
    assert "alert(1)</script>" not in page
    assert "A &lt;b&gt; title" in page
    assert page.count("</script>") == 1
    inner = page.split('"application/json">')[1].split("</script>")[0]
    assert json.loads(inner) == data
    with pytest.raises(UndefinedError):
        render("shown", "data.html.jinja", title="no data")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_frame_fits_the_window(browser: Browser, width: int) -> None:
    page = browser.new_page(reduced_motion="reduce", viewport={"width": width, "height": 800})
    page.set_content(render("elman.pages", "base.html.jinja", title="A title"))
    assert page.inner_text("h1") == "A title"
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.close()
