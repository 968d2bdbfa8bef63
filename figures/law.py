"""The picture of the README: the exact density of a trained VAE over its target."""

from __future__ import annotations

from pathlib import Path

import lipbound as lb


def draw(file: Path) -> None:
    mu = lb.pushforward(lb.zoo.load_shipped("vae_m03_s0"))
    ax = lb.plots.plot_law(mu, lb.plots.plot_law(lb.two_gaussians(3), label="target"), label="VAE")
    ax.legend(frameon=False)
    ax.get_figure().savefig(file, dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    draw(Path(__file__).with_suffix(".png"))
