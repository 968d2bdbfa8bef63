"""The command line: verify generators, evaluate and show bounds, describe laws, ask for the frontier."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
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

Generators = Annotated[
    list[str] | None, typer.Argument(help=".npz files, names of shipped generators: 'vae_*', or formulas in z")
]
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
    tables.reserve(json_file)
    for job in todo:
        job.load()  # bad input is reported before any work is done
    reports = list(tables.progress(verify_all(todo, certify, jobs), len(todo)))
    if json_file is not None:
        tables.write(json_file, [report.to_dict() for report in reports])
    tables.show(reports)
    raise typer.Exit(int(any(report.verdict.name == "VIOLATED" for report in reports)))


@app.command()
def estimators(
    generators: Generators = None,
    m: Annotated[str | None, typer.Option(help="trained on modes at -m and m; else as in the file")] = None,
    json_file: Json = None,
    seed: Annotated[int, typer.Option(min=0, help="of the 50 000 samples")] = 0,
) -> None:
    """Show where the original experiment's estimators mislead: grid slopes and histograms beside exact values."""
    from . import tables
    from .estimators import misled
    from .instance import Instance
    from .laws import two_gaussians
    from .laws.text import number
    from .verify import jobs as jobs_of

    todo = jobs_of(generators or [])
    tables.reserve(json_file)
    given = None if m is None else number(m, "m")
    rows: dict[str, Any] = {}
    for job in todo:
        g = job.network()
        half = abs(job.half(g) if given is None else given)
        rows[job.name] = misled(Instance(g, two_gaussians(half)), float(half), seed)
    if json_file is not None:
        tables.write(json_file, {name: vars(row) for name, row in rows.items()})
    tables.show_misled(rows)


@app.command()
def bound(
    name: Annotated[str, typer.Argument(help="a bound's name; see `lipbound show`")],
    letters: Annotated[list[str] | None, typer.Argument(help="LETTER=VALUE, exact: D=4 L=2 a=0.49 b=1/2")] = None,
    json_file: Json = None,
) -> None:
    """Evaluate a bound at exact letters: its float value and its certified enclosure."""
    from . import tables
    from .bound import declared

    found = declared(name)
    values: dict[str, Any] = {}
    for text in letters or []:
        letter, value = _letter(text, found.rows)
        if letter in values:
            raise DomainError(f"{letter} is given twice: {values[letter]} and {value}")
        values[letter] = value
    if len({len(values[row]) for row in found.rows if row in values}) > 1:
        raise DomainError(f"{name} takes equally many {', '.join(found.rows)}: one for each row, with commas between")
    tables.reserve(json_file)
    value, proved = found(**values), found.enclose(**values)
    if json_file is not None:
        tables.write(json_file, {"bound": name, "letters": values, "value": value, "lo": proved.lo, "hi": proved.hi})
    typer.echo(f"{found.quantity.text()} {found.relation} {value:.15g}\n  {proved}")


@app.command()
def show(
    name: Annotated[str | None, typer.Argument(help="a bound's name; none: list them all")] = None,
    latex: Annotated[bool, typer.Option("--latex", help="the formula in LaTeX")] = False,
) -> None:
    """Print a bound's statement, letters, hypotheses and sources."""
    from . import bounds, tables
    from .bound import declared
    from .sources import cite

    if name is None:
        for each in bounds.ALL:
            kind = " (conjecture)" * each.conjectured
            typer.echo(f"{each.name:19}{each.quantity.text()}{kind}\n{tables.folded('    ' + each.says)}")
        return
    found = declared(name)
    page = "\n".join([str(found), *(f"    {cite(s)}" for s in found.sources)])
    typer.echo(found.latex() if latex else tables.folded(page))


@app.command()
def solve(
    name: Annotated[str, typer.Argument(help="a bound's name; see `lipbound show`")],
    letter: Annotated[str, typer.Argument(help="the letter to find")],
    letters: Annotated[list[str], typer.Argument(help="value=0.1 of the quantity, and the other letters: D=4 a=1/2")],
) -> None:
    """Find the letter at which a bound takes a value, between proved signs."""
    from .bound import declared

    typer.echo(f"{letter} = {declared(name).solve(letter, **dict(_letter(text, ()) for text in letters))}")


@app.command()
def repl() -> None:
    """A Python console in which literals are exact, with lipbound as lb, its names, every bound and its letters."""
    import lipbound as lb

    from .bounds import ALL
    from .exact_console import Console

    names = {name: getattr(lb, name) for name in lb.__all__ if name not in ("bounds", "plots", "strategies", "zoo")}
    letters = {q.symbol.name: q.symbol for each in ALL for q in each.parameters}
    statements = {each.name: each for each in ALL}
    Console({**letters, **names, **statements, "lb": lb}).interact("1/3 and 0.1 are exact here", "")


@app.command()
def law(
    generator: Annotated[str, typer.Argument(help="an .npz file, a shipped generator, or a formula in z")],
    json_file: Json = None,
) -> None:
    """Describe the exact law of g(Z), Z ~ N(0, 1)."""
    from . import tables
    from .laws import pushforward
    from .verify import number as exact_or_enclosed
    from .verify import only

    job = only(generator)
    tables.reserve(json_file)
    g = job.network()
    mu = pushforward(g)
    mean = tables.decided(mu.mean)  # refuses numbers beyond float64, which no line below could show
    facts = {
        "generator": job.name,
        "pieces": len(g.branches()),
        "Lipschitz constant": float(g.lipschitz()),
        "mean": mean,
        "variance": tables.decided(mu.var),
        "support": list(mu.support()),
        "atoms": [{"place": float(atom.place), "mass": atom.mass} for atom in mu.atoms()],
        "quartiles": [float(mu.ppf(p)) for p in (0.25, 0.5, 0.75)],
    }
    if json_file is not None:
        tables.write(json_file, {**facts, "Lipschitz constant": exact_or_enclosed(g.lipschitz())})
    for key, value in facts.items():
        typer.echo(tables.folded(f"{key:20}{tables.shown(value)}"))


@app.command(context_settings={"ignore_unknown_options": True})  # so that -1 is a number, and refused as such
def frontier(
    lipschitz: Annotated[
        str,
        typer.Argument(metavar="L", help="Lipschitz constant, exact; or several: 1,2,4 or, 19 even ones, 1:10:19"),
    ],
    target: Annotated[str, typer.Option(help="such as '1/2 N(-3, 1) + 1/2 U(3, 5)', or a formula in z: its law")],
    divergence: Annotated[str, typer.Option(help="tv, kl (image || target), kl.reversed, w1 or w2")] = "tv",
    tol: Annotated[float, typer.Option(help="width to aim at")] = 1e-6,
    json_file: Json = None,
) -> None:
    """The least divergence that any L-Lipschitz map of a Gaussian can reach: proved from both sides."""
    from . import cli_frontier, tables
    from .frontiers import best_known

    constants, nu = cli_frontier.constants(lipschitz), cli_frontier.law(target)
    if divergence != "tv" or len(constants) > 1:
        cli_frontier.several(constants, nu, divergence, tol, json_file)
        return
    lower, upper, sharp = best_known(nu, constants[0])
    tables.reserve(json_file)
    unknown = (
        "not proved: no law that attains the lower bound was found"
        if lower.hi > 0
        else "not proved: L may be enough for an exact fit"
    )
    if json_file is not None:
        ends = {"lower": lower.lo, "upper": None if upper is None else upper.hi, "sharp": sharp}
        tables.write(json_file, {"L": lipschitz, "target": target, **ends})
    typer.echo(
        f"lower  {lower}\nupper  {unknown if upper is None else upper}\nsharp  {'yes' if sharp else 'not proved'}"
    )


def main() -> None:
    """Entry point: bad input is one sentence on standard error, and exit status 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without the sign ± is no reason to fail
    try:
        app()
    except (DomainError, NotCertifiable) as error:
        print(f"lipbound: {error}", file=sys.stderr)
        sys.exit(2)


def _letter(text: str, rows: tuple[str, ...]) -> tuple[str, str | list[str]]:
    """LETTER=VALUE, or LETTER=VALUE,VALUE for a letter that has a value in each row."""
    from .laws.text import number

    name, _, value = (part.strip() for part in text.partition("="))
    if not (name and value):
        raise DomainError(f"cannot read {text!r}: write LETTER=VALUE, such as L=2")
    values = value.split(",") if name in rows else [value]
    for each in values:
        if each.strip().lower() not in ("inf", "+inf", "-inf"):
            number(each, name)
    return name, values if name in rows else value
