"""The gallery page, and the table of what the paper claims and what exact computation shows."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path
from typing import Any

from lipbound import Bound

from . import claimed, statements
from .record import NAMES, ROOM, module, numbers
from .record import write as write_whole
from .style import LOOK

# The formulas' LaTeX where matplotlib's mathematics has another name for it.
SPELLING = ((r"\\(ge|le)(?![a-z])", r"\\\1q"), (r"\\;", r"\\ "), (r"\\middle\\\|", r"\\|"))
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>lipbound: figures</title><style>
body {{ font: 16px/1.5 Georgia, serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #222; }}
figure {{ margin: 3rem 0; }} figure img {{ width: 100%; max-width: 54rem; }}
.formula svg {{ height: auto; max-width: 100%; }}
figcaption {{ max-width: 46rem; }} .shows {{ color: #444; font-size: 0.92em; }} nav a {{ margin-right: 1em; }}
</style></head><body><h1>Figures</h1>
<p>Every number is computed from exact laws; nothing is estimated from samples unless the caption says so.</p>
<nav>{links}</nav>
{figures}
</body></html>
"""


def formula(bound: Bound) -> str:
    """The bound's LaTeX as SVG markup, drawn without network or fonts of the reader's."""
    from matplotlib import rc_context
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import math_to_image

    stream = io.StringIO()
    with rc_context({**LOOK, "mathtext.fontset": "cm"}):
        math_to_image(f"${spelled(bound.latex())}$", stream, FontProperties(size=15), format="svg")
    return _unnamed(stream.getvalue()[stream.getvalue().index("<svg") :], bound.name)


def spelled(latex: str) -> str:
    for ours, theirs in SPELLING:
        latex = re.sub(ours, theirs, latex)
    return latex


def _unnamed(svg: str, prefix: str) -> str:
    """Without the date, and with names that are the bound's own: the page holds many drawings."""
    start, stop = svg.find("<metadata>"), svg.find("</metadata>")
    svg = svg[:start] + svg[stop + len("</metadata>") :] if start >= 0 else svg
    for mark in ('id="', 'href="#', "url(#"):
        svg = svg.replace(mark, f"{mark}{prefix}-")
    return svg


def write(out: Path) -> Path:
    """`out/index.html`, beside the pictures."""
    links = "".join(f'<a href="#{name}">{html.escape(module(name).TITLE)}</a>' for name in NAMES)
    page = PAGE.format(links=links, figures="\n".join(map(_entry, NAMES)))
    write_whole(out / "index.html", page)
    return out / "index.html"


def _entry(name: str) -> str:
    figure, data = module(name), numbers(name)
    formulas = "".join(f'<p class="formula" title="{each.name}">{formula(each)}</p>' for each in figure.BOUNDS)
    verdict = figure.verdict(data)
    shown = f"<b>The paper:</b> {html.escape(verdict.claim)}. <b>Exactly:</b> {html.escape(verdict.shows)}."
    shown += f" <b>Do they agree?</b> {html.escape(verdict.agree)}."
    links = " ".join(f'<a href="{name}.{kind}">{kind.upper()}</a>' for kind in ("png", "svg", "pdf"))
    return (
        f'<figure id="{name}"><h2>{html.escape(figure.TITLE)}</h2>'
        f'<img src="{name}.svg" alt="{html.escape(figure.TITLE)}">{formulas}'
        f"<figcaption>{html.escape(figure.says(data))}<p class='shows'>{shown}</p>{links}</figcaption></figure>"
    )


def table() -> str:
    """The README of the figures: claim, finding, agreement, figure by figure."""
    head = (
        "# Figures\n\n"
        "Made by `python -m figures`; every number from exact laws, of trained generators those in `trained/`. "
        "`python -m figures --check` works them out again.\n\n"
        "| figure | the paper's claim | what exact computation shows | agree |\n|---|---|---|---|\n"
    )
    rows = "".join(_row(name) for name in NAMES)
    return head + rows + "\n" + statements.table(claimed.STATEMENTS) + "\n" + (ROOM / "SOURCES.md").read_text()


def _row(name: str) -> str:
    cells: tuple[Any, ...] = (module(name).TITLE, *module(name).verdict(numbers(name)))
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |\n"
