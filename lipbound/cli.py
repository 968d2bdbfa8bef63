"""The command line: verify generators, evaluate and show bounds, describe laws, ask for the frontier."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from .errors import DomainError, NotCertifiable

app = typer.Typer(
    help="Exact laws of Lipschitz generators, checked against declared bounds.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Generators = Annotated[list[str] | None, typer.Argument(help=".npz files, or names of shipped generators: 'vae_*'")]
Target = Annotated[str | None, typer.Option(help="such as '1/2 N(-3, 1) + 1/2 N(3, sd=0.5)'; else as in the file")]
Json = Annotated[Path | None, typer.Option("--json", help="write everything to this file, whole or not at all")]


@app.command()
def verify(
    generators: Generators = None,
    target: Target = None,
    certify: Annotated[bool, typer.Option("--certify", help="prove every measurement in ball arithmetic")] = False,
    json_file: Json = None,
    jobs: Annotated[int, typer.Option(min=1, help="processes side by side")] = min(2, os.cpu_count() or 1),
) -> None:
    """Check every bound on trained generators; with no argument, on the shipped ones. Exit 1 if one is VIOLATED."""
    from . import tables
    from .verify import jobs as jobs_of
    from .verify import verify_all

    todo = jobs_of(generators or [], target)
    for job in todo:
        job.load()  # bad input is reported before any work is done
    reports = list(tables.progress(verify_all(todo, certify, jobs), len(todo)))
    if json_file is not None:
        write(json_file, [report.to_dict() for report in reports])
    tables.show(reports)
    raise typer.Exit(int(any(report.verdict.name == "VIOLATED" for report in reports)))


@app.command()
def estimators(generators: Generators = None, json_file: Json = None, seed: int = 0) -> None:
    """Show where the original experiment's estimators mislead: grid slopes and histograms beside exact values."""
    from . import tables
    from .estimators import misled
    from .instance import Instance
    from .verify import jobs as jobs_of

    rows: dict[str, Any] = {}
    for job in jobs_of(generators or [], None):
        g, nu = job.load()
        rows[job.name] = misled(Instance(g, nu), float(g.meta["m"]), seed)
    if json_file is not None:
        write(json_file, {name: vars(row) for name, row in rows.items()})
    tables.show_misled(rows)


@app.command()
def bound(
    name: Annotated[str, typer.Argument(help="a bound's name; see `lipbound show`")],
    letters: Annotated[list[str] | None, typer.Argument(help="LETTER=VALUE, exact: D=4 L=2 a=0.49 b=1/2")] = None,
    json_file: Json = None,
) -> None:
    """Evaluate a bound at exact letters: its float value and its certified enclosure."""
    from .bound import declared

    values = dict(_letter(text) for text in letters or [])
    found = declared(name)
    value, proved = found(**values), found.enclose(**values)
    if json_file is not None:
        write(json_file, {"bound": name, "letters": values, "value": value, "lo": proved.lo, "hi": proved.hi})
    typer.echo(f"{found.quantity.text()} >= {value:.15g}\n  {proved}")


@app.command()
def show(
    name: Annotated[str | None, typer.Argument(help="a bound's name; none: list them all")] = None,
    latex: Annotated[bool, typer.Option("--latex", help="the formula in LaTeX")] = False,
) -> None:
    """Print a bound's statement, letters, hypotheses and sources."""
    from . import bounds
    from .bound import declared
    from .sources import cite

    if name is None:
        for each in bounds.ALL:
            typer.echo(f"{each.name:16}{each.quantity.text():20}{each.says}")
        return
    found = declared(name)
    typer.echo(found.latex() if latex else "\n".join([str(found), *(f"    {cite(s)}" for s in found.sources)]))


@app.command()
def law(generator: Annotated[str, typer.Argument(help="an .npz file or a shipped generator")], json_file: Json = None) -> None:
    """Describe the exact law of g(Z), Z ~ N(0, 1)."""
    from .laws import pushforward
    from .verify import jobs as jobs_of

    for job in jobs_of([generator], "N(0, 1)"):
        g, _ = job.load()
        mu = pushforward(g)
        facts = {
            "generator": job.name,
            "pieces": len(g.branches()),
            "Lipschitz constant": float(g.lipschitz()),
            "mean": mu.mean(),
            "variance": mu.var(),
            "atoms": [(str(atom.place), atom.mass) for atom in mu.atoms()],
            "quartiles": [float(mu.ppf(p)) for p in (0.25, 0.5, 0.75)],
        }
        if json_file is not None:
            write(json_file, facts)
        for key, value in facts.items():
            typer.echo(f"{key:20}{value}")


@app.command()
def frontier(
    lipschitz: Annotated[str, typer.Argument(metavar="L", help="Lipschitz constant, exact")],
    target: Annotated[str, typer.Option(help="such as '1/2 N(-3, 1) + 1/2 N(3, 1)'")],
    json_file: Json = None,
) -> None:
    """The least TV that any L-Lipschitz map of a Gaussian can reach: proved from both sides where it is sharp."""
    from .bounds import one_valley
    from .frontier import valley_frontier
    from .instance import Instance
    from .laws import parse_law
    from .maps import affine

    nu = parse_law(target)
    found = valley_frontier(nu, lipschitz)
    lower = one_valley.enclose(**one_valley.read(Instance(affine(lipschitz), nu)))
    unknown = "not proved: the target has more than one valley, or L is enough for an exact fit"
    if json_file is not None:
        ends = {"lower": lower.lo, "upper": None if found.upper is None else found.upper.hi, "sharp": found.sharp}
        write(json_file, {"L": lipschitz, "target": target, **ends})
    typer.echo(f"lower  {lower}\nupper  {found.upper if found.upper is not None else unknown}\nsharp  {'yes' if found.sharp else 'not proved'}")


def write(file: Path, content: Any) -> None:
    """The file appears complete or not at all."""
    if not file.parent.is_dir():
        raise DomainError(f"{file} cannot be written: its folder does not exist")
    part = file.with_name(f".{file.name}.part")
    part.write_text(json.dumps(content, indent=1) + "\n")
    os.replace(part, file)


def main() -> None:
    """Entry point: bad input is one sentence on standard error, and exit status 2."""
    try:
        app()
    except (DomainError, NotCertifiable) as error:
        print(f"lipbound: {error}", file=sys.stderr)
        sys.exit(2)


def _letter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise DomainError(f"cannot read {text!r}: write LETTER=VALUE, such as L=2")
    return name, value
