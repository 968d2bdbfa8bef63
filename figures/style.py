"""One look for all figures: colours that everyone can tell apart, sizes for print, files that repeat byte for byte."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from .record import write

# Okabe and Ito's palette (2008), dark to light.
BLACK, BLUE, RED, GREEN, ORANGE, SKY, PINK = "#000000", "#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9", "#CC79A7"
COLOUR: Mapping[str, str] = MappingProxyType({"vae": BLUE, "gan": RED, "gan_gp": GREEN, "sgm": PINK})
MARK: Mapping[str, str] = MappingProxyType({"vae": "o", "gan": "s", "gan_gp": "^", "sgm": "D"})
NAME: Mapping[str, str] = MappingProxyType({"vae": "VAE", "gan": "GAN", "gan_gp": "GAN with penalty", "sgm": "SGM"})
LOOK: Mapping[str, Any] = MappingProxyType({
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "lines.linewidth": 1.3,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "svg.hashsalt": "lipbound",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "savefig.dpi": 130,
})  # fmt: skip
UNDATED: Mapping[str, dict[str, None]] = MappingProxyType(
    {
        "png": {"Software": None},
        "svg": {"Date": None, "Creator": None},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    }
)


def picture(
    figure: ModuleType, numbers: dict[str, Any], out: Path, formats: Sequence[str] = ("png", "svg", "pdf")
) -> None:
    """Draw the figure and write it in each format; the same versions write the same bytes."""
    from matplotlib import rc_context, rcdefaults
    from matplotlib.figure import Figure

    rcdefaults()
    with rc_context({**LOOK}):
        sheet = Figure(figsize=figure.SIZE, layout="constrained")
        axes = sheet.subplots(*figure.PANELS, squeeze=False).ravel().tolist()
        figure.draw(axes, numbers)
        for kind in formats:
            name, stream = figure.__name__.rpartition(".")[2], io.BytesIO()
            sheet.savefig(stream, format=kind, metadata=UNDATED[kind])
            write(out / f"{name}.{kind}", stream.getvalue())


def legend(ax: Any, **where: Any) -> None:
    """A legend without repeated entries."""
    handles, labels = ax.get_legend_handles_labels()
    unique = dict(zip(reversed(labels), reversed(handles), strict=True))
    ax.legend([unique[name] for name in dict.fromkeys(labels)], [*dict.fromkeys(labels)], **where)
