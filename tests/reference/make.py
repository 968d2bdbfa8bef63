"""Makes laws.json, and checks it and values.json again; run `python tests/reference/make.py [--check]`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from oracle import Law, Real, broken, image, mixture, mp, real
from records import answer

HERE = Path(__file__).parent
DIGITS = 34
Json = dict[str, Any]

STANDARD = {"weights": ["1"], "means": ["0"], "sds": ["1"]}
TWO = {"weights": ["1/2", "1/2"], "means": ["-30", "30"], "sds": ["1", "1"]}
STEEP = {
    "knots": ["-1", "-0.25", "0.25", "1.5"],
    "slopes": ["1", "0.5", "8", "1.25", "0.75"],
    "anchor": ["0", "0.125"],
}
FOLDED = {"knots": ["-1", "0", "0.5"], "slopes": ["1", "-2", "3", "0.5"], "anchor": ["0", "0"]}
FLAT = {"knots": ["-0.5", "0.5"], "slopes": ["1", "0", "1.5"], "anchor": ["0", "0"]}
CLAMP = {"knots": ["-1", "2"], "slopes": ["0", "1", "0"], "anchor": ["0", "0"]}
TENT = {"knots": ["0"], "slopes": ["-1", "1"], "anchor": ["0", "0"]}
LEVELS = ["1/1606938044258990275541962092341162602522202993782792835301376", "1/1073741824", "1/1024", "1/8"]
LEVELS += ["1/4", "1/2", "5/8", "7/8", "1023/1024", "1073741823/1073741824"]

# name: the law, and where to look; the outermost points are 40 standard deviations out or off the support.
LAWS: dict[str, tuple[Json, str]] = {
    "standard": (STANDARD, "-40 -20 -8 -2.5 -1 -0.125 0 0.5 1.75 3 8 20 40"),
    "narrow": (
        {"weights": ["1"], "means": ["-2"], "sds": ["0.4"]},
        "-18 -10 -4 -3 -2.5 -2.125 -2 -1.75 -1 0 6 14",
    ),
    "unequal": (
        {"weights": ["1/4", "3/4"], "means": ["-3", "2.5"], "sds": ["1", "0.75"]},
        "-43 -20 -6 -3 -1.5 -0.25 0 1.5 2.5 4 10 32.5",
    ),
    "far": (TWO, "-70 -45 -31 -30 -28.5 -10 0 0.125 15 29 30 36 70"),
    "needle": (
        {"weights": ["1/4", "3/4"], "means": ["1", "0"], "sds": ["1e-6", "1"]},
        "-40 -3 0 0.875 0.99996185302734375 0.999999523162841796875 1 1.00000095367431640625 "
        "1.000003814697265625 1.25 4 40",
    ),
    "three": (
        {"weights": ["0.2", "0.5", "0.3"], "means": ["-5", "0", "7"], "sds": ["0.5", "2", "0.1"]},
        "-80 -25 -6 -5 -3.5 -1 0 2 5 6.875 7 7.5 80",
    ),
    "stretched": (
        {**STANDARD, "map": {"knots": [], "slopes": ["2.5"], "anchor": ["0", "0"]}},
        "-100 -30 -7 -2.5 -0.5 0 0.25 1 5 12 50 100",
    ),
    "steep": ({**STANDARD, "map": STEEP}, "-40 -20 -5 -2.5 -1.5 -0.5 0 0.125 1.5 3 4 25 40"),
    "folded": ({**STANDARD, "map": FOLDED}, "-40 -20 -3 -0.5 0 0.25 0.75 1.25 1.75 2 5 15 40"),
    "flat": ({**STANDARD, "map": FLAT}, "-40 -20 -3 -0.5 -0.125 0 0.25 1 4 20 60"),
    "clamped": ({**STANDARD, "map": CLAMP}, "-40 -1.5 -1 -0.5 0 0.125 1 1.75 2 2.5 40"),
    "tent": ({**STANDARD, "map": TENT}, "-40 -0.5 0 0.0009765625 0.25 1 2 5 12 40"),
    "far and folded": ({**TWO, "map": FOLDED}, "-70 -40 -31 -28.5 -10 0 0.5 1.75 10 15 16 20 45"),
    "dice": (
        {"places": ["-1", "0", "1/2", "7"], "masses": ["1/8", "1/4", "1/2", "1/8"]},
        "-40 -1.5 -1 -0.5 0 0.25 0.5 3 7 8 40",
    ),
}


def law(given: Json) -> Law:
    """The law of one entry of laws.json."""
    if "places" in given:
        atoms = zip(given["places"], given["masses"], strict=True)
        return Law((), tuple((real(x), real(m)) for x, m in atoms))
    base = mixture(given["weights"], given["means"], given["sds"])
    return image(broken(**given["map"]), base) if "map" in given else base


def quantile(p: Law, level: str) -> Real:
    """The least x with cdf(x) >= level: an atom if one carries it, else bisection."""
    u, rest = real(level), 1 - real(level)
    for place, mass in p.atoms:
        if p.cdf(place) >= u > p.cdf(place) - mass:
            return place
    low, high = mp.mpf(-400), mp.mpf(400)
    while high - low > mp.mpf("1e-100"):
        x = (low + high) / 2
        reached = p.cdf(x) >= u if u < rest else p.sf(x) <= rest
        low, high = (low, x) if reached else (x, high)
    return high


def text(x: Real) -> str:
    return str(x) if mp.isinf(x) else mp.nstr(x, DIGITS)


def log(x: Real, rest: Real) -> Real:
    """log x, where rest = 1 - x keeps the digits when x is close to one."""
    return mp.log1p(-rest) if x > rest else mp.log(x) if x else -mp.inf


def at(p: Law, x: str) -> Json:
    """What is known of p at x; the density is left out (null) where it jumps or does not exist."""
    z = real(x)
    density = p.pdf(z) if p.segments and z not in p.cuts() else None
    log_density = mp.log(density) if density else None if density is None else -mp.inf
    below, above = p.cdf(z), p.sf(z)
    logs = {"logcdf": log(below, above), "logsf": log(above, below)}
    values = {"pdf": density, "logpdf": log_density, "cdf": below, "sf": above, **logs}
    return {"x": x, **{k: None if v is None else text(v) for k, v in values.items()}}


def quantiles(p: Law) -> Iterator[Json]:
    """The quantiles that a level fixes: not those in a valley so flat that no float could name them."""
    for level in LEVELS:
        x, u = quantile(p, level), real(level)
        if p.pdf(x) > mp.mpf("1e-30") * min(u, 1 - u) or any(x == place for place, _ in p.atoms):
            yield {"level": level, "ppf": text(x)}


def entry(name: str, digits: int = 120) -> Json:
    """One law with its values, worked out with so many digits."""
    given, points = LAWS[name]
    with mp.workdps(digits):
        p = law(given)
        return {
            "name": name,
            "law": given,
            "atoms": [{"place": text(x), "mass": text(m)} for x, m in p.atoms],
            "points": [at(p, x) for x in points.split()],
            "quantiles": list(quantiles(p)),
        }


def close(a: str | None, b: str | None) -> bool:
    """Do two values agree to within a few units of the last digit?"""
    if a is None or b is None or "inf" in a or "inf" in b:
        return a == b
    x, y = mp.mpf(a), mp.mpf(b)
    return abs(x - y) <= mp.mpf(10) ** (2 - DIGITS) * max(abs(x), abs(y))


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a JSON tree with the way to it."""
    if isinstance(tree, dict | list):
        for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from leaves(value, f"{path}/{key}")
    else:
        yield path, tree


def law_errors(stored: Json) -> list[str]:
    """Values of a stored law that another precision does not confirm."""
    if stored["name"] not in LAWS:
        return [f"laws.json: {stored['name']} is not a law that make.py knows"]
    old, new = dict(leaves(stored)), dict(leaves(entry(stored["name"], digits=150)))
    given = old.keys() ^ new.keys() | {path for path in old if path.startswith(("/name", "/law"))}
    wrong = {path for path in given if old.get(path) != new.get(path)}
    wrong |= {path for path in old.keys() - given if not close(old[path], new[path])}
    where = f"laws.json: {stored['name']}"
    return [f"{where}{path} is {old.get(path)}, not {new.get(path)}" for path in sorted(wrong)]


def record_errors(record: Json, ours: Real) -> list[str]:
    """A complaint if the record's value is further from ours than its stated error."""
    theirs = mp.mpf(record["value"])
    if ours == theirs or abs(ours - theirs) <= mp.mpf(record["err"]):
        return []
    return [f"values.json: {record['id']} {record['quantity']} is {record['value']}, not {text(ours)}"]


def read(name: str) -> Json:
    return json.loads((HERE / name).read_text(encoding="utf-8"))


def write(names: Iterable[str]) -> None:
    rows = ",\n".join("  " + json.dumps(entry(name)) for name in names)
    head = f' "description": "laws on the line at exact points; see README.md",\n "digits": {DIGITS},\n'
    (HERE / "laws.json").write_text(f'{{\n{head} "laws": [\n{rows}\n ]\n}}\n', encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; report what does not agree")
    if not parser.parse_args().check:
        write(LAWS)
        return 0
    laws, records = read("laws.json")["laws"], read("values.json")["records"]
    answers = [(record, answer(record["quantity"], record["inputs"])) for record in records]
    errors = [line for record, ours in answers for line in record_errors(record, ours)]
    errors += [line for one in laws for line in law_errors(one)]
    errors += [f"laws.json: {name} is missing" for name in LAWS.keys() - {one["name"] for one in laws}]
    count = f"{len(records)} values and {len(laws)} laws worked out again"
    print(*errors, f"{count}, {len(errors)} wrong", sep="\n")
    return bool(errors)


if __name__ == "__main__":
    raise SystemExit(main())
