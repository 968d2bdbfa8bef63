"""The house rules that a machine can read, as a table of allowed imports and one function per rule."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator

# room: (rooms it may import, libraries it may import). The standard library is open to all, but see BANNED.
BASE = "errors exact enclosure reals curves roots jets germs pieces"
NUMBERS = f"{BASE} arrays maps laws kernels balls"
THEORY = f"{BASE} maps laws divergences events frontiers instance symbols lowering bound sources"
THEORY += " hypothesis quantity parameter"
USERS = f"{THEORY} explore projection exact_console bounds proof checks verify estimators strategies plots zoo"
TABLE = {
    "errors": ("", ""),
    "exact": ("errors", ""),
    "enclosure": ("errors", ""),
    "arrays": ("errors", "numpy"),
    "reals": ("errors exact", "flint"),
    "curves": ("errors exact reals", "flint"),
    "roots": ("errors exact reals curves", "flint"),
    "jets": ("errors exact reals curves", "flint"),
    "germs": ("errors exact reals curves", "flint"),
    "pieces": ("errors exact reals curves roots", ""),
    "kernels": ("errors", "numpy numba scipy llvmlite"),
    "balls": (BASE, "flint"),
    "maps": (f"{BASE} arrays kernels balls", "numpy"),
    "maps.nets": (f"{BASE} maps kernels balls", "numpy flint"),
    "maps.bends": (f"{BASE} maps", ""),
    "maps.domain": (f"{BASE} maps", "flint"),
    "maps.elementary": (f"{BASE} maps", "flint"),
    "maps.ends": (f"{BASE} maps", "flint"),
    "maps.factors": (f"{BASE} maps", "flint"),
    "maps.floats": (f"{BASE} maps", "numpy scipy"),
    "maps.formula": (f"{BASE} maps", "flint"),
    "maps.inverse": (f"{BASE} maps", "flint"),
    "maps.parsing": (f"{BASE} maps", "sympy"),
    "maps.limits": (f"{BASE} maps", "flint"),
    "maps.logistic": (f"{BASE} maps", "flint"),
    "maps.net_ends": (f"{BASE} maps", "flint"),
    "maps.ranges": (f"{BASE} maps", "flint"),
    "maps.ripples": (f"{BASE} maps", "flint"),
    "maps.series": (f"{BASE} maps", "flint"),
    "maps.smooth": (f"{BASE} arrays maps", "numpy flint"),
    "maps.smooth_nets": (f"{BASE} maps", "numpy flint"),
    "maps.standing": (f"{BASE} maps", ""),
    "maps.steepest": (f"{BASE} maps", "flint"),
    "maps.turns": (f"{BASE} maps", "flint"),
    "laws": (f"{BASE} arrays maps kernels balls", "numpy"),
    "laws.breaks": (f"{BASE} maps laws balls", ""),
    "laws.clipped": (f"{BASE} maps laws balls", "numpy flint"),
    "laws.coupled": (f"{BASE} maps laws balls", "flint"),
    "laws.lifted": (f"{BASE} maps laws balls", "flint"),
    "laws.images": (f"{BASE} maps laws", "flint"),
    "laws.lifts": (f"{BASE} maps laws balls", "flint"),
    "laws.monotone": (f"{BASE} arrays maps laws balls", "numpy flint"),
    "laws.endless": (f"{BASE} maps laws balls", "numpy scipy flint"),
    "laws.highest": (f"{BASE} maps laws balls", "flint"),
    "laws.unseen": (f"{BASE} maps laws balls", "numpy flint"),
    "laws.onto": (f"{BASE} maps laws balls", "numpy flint"),
    "laws.profile": (f"{BASE} maps laws balls", "numpy flint"),
    "laws.rows": (f"{BASE} maps laws balls", ""),
    "laws.transport": (f"{BASE} maps laws balls", "numpy flint"),
    "divergences": (NUMBERS, "numpy"),
    "events": (f"{BASE} laws kernels balls", "numpy scipy"),
    "frontiers": (f"{NUMBERS} divergences events", "numpy scipy"),
    "frontiers.missing": (f"{NUMBERS} frontiers divergences", "numpy scipy flint"),
    "frontiers.nodes": (f"{NUMBERS} frontiers", "numpy scipy flint"),
    "frontiers.tails": (f"{NUMBERS} frontiers divergences", "numpy flint"),
    "frontiers.portion": (NUMBERS, "flint"),
    "frontiers.spliced": (f"{NUMBERS} frontiers", "flint"),
    "frontiers.steep": (f"{BASE} balls laws", "flint"),
    "chains": (f"{NUMBERS} divergences", "numpy scipy"),
    "adversarial": (f"{NUMBERS} divergences chains", "numpy scipy"),
    "variational": (f"{NUMBERS} divergences frontiers adversarial", "numpy scipy"),
    "latent": (f"{NUMBERS} divergences frontiers adversarial", "numpy scipy"),
    "instance": (f"{BASE} maps laws divergences", ""),
    "sources": ("errors", ""),
    "symbols": ("errors", "sympy"),
    "lowering": (f"{BASE} symbols kernels balls", "sympy flint numpy scipy"),
    "hypothesis": ("errors instance", ""),
    "quantity": (f"{BASE} laws divergences frontiers instance", ""),
    "parameter": (BASE, "sympy numpy"),
    "bound": (
        f"{BASE} maps laws divergences instance symbols lowering sources hypothesis quantity parameter",
        "sympy numpy",
    ),
    "exact_console": ("errors", ""),
    "projection": (f"{BASE} maps laws", ""),
    "explore": (f"{BASE} symbols lowering bound parameter", "sympy numpy"),
    "bounds": (f"{THEORY} arrays kernels balls", "sympy numpy scipy"),
    "proof": (f"{BASE} symbols lowering bound sources sweep", "sympy"),
    "sweep": (BASE, "tqdm"),
    "estimators": (f"{NUMBERS} divergences instance bound bounds", "numpy scipy"),
    "checks": (f"{THEORY} bounds", "numpy"),
    "zoo": (f"{BASE} maps", "numpy"),
    "verify": (f"{THEORY} bounds checks estimators zoo", "numpy"),
    "tables": (f"{THEORY} checks verify estimators", "rich"),
    "strategies": (f"{THEORY} bounds checks", "hypothesis numpy"),
    "plots": (f"{THEORY} bounds checks verify estimators zoo", "matplotlib numpy"),
    "cli_frontier": (f"{BASE} laws divergences frontiers tables verify", "rich"),
    "cli": (f"{USERS} tables cli_frontier", "typer rich numpy"),
    "__main__": ("cli", ""),
    "__init__": (USERS, ""),
}
LAZY = {
    ("maps", "laws"),
    ("bound", "bounds"),
    ("bound", "explore"),
    ("bound", "plots"),
    ("frontiers", "bounds"),
    ("cli", "proofs"),
}  # only inside functions, where they are needed
BANNED = {"kernels": {"fractions", "decimal"}, "symbols": {"math", "cmath", "statistics"}}
OWNERS = {
    "torch": "figures/train/",
    "matplotlib": ("figures/", "tests/"),
    "hypothesis": "tests/",
    "pytest": "tests/",
}
MUTABLE = re.compile(
    "list|dict|set|bytearray|defaultdict|OrderedDict|Counter|deque|(as)?array|zeros|concatenate|linspace"
)
DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
NO_EXAMPLE = {"module", "LowerBound", "UpperBound", "Identity", "Limit"}  # their types are documented instead

Found = Iterator[tuple[int, str]]


def room(path: str) -> str:
    """`lipbound/maps/nets.py` -> `maps.nets` where the table has a row of its own, else `maps`."""
    _, *parts = path.removesuffix(".py").split("/")
    whole = ".".join(parts)
    return whole if whole in TABLE else parts[0]


def imports(path: str, tree: ast.AST) -> Iterator[tuple[int, str, bool]]:
    """Line, absolute dotted name and laziness of every import that runs: not those for type checkers."""
    package = path.split("/")[:-1]

    def walk(node: ast.AST, lazy: bool) -> Iterator[tuple[int, str, bool]]:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            children: list[ast.AST] = list(node.orelse)
        else:
            children = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, lazy) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            names = [".".join([*start, *filter(None, [node.module]), alias.name]) for alias in node.names]
            yield from ((node.lineno, name, lazy) for name in names)
        for child in children:
            yield from walk(child, lazy or isinstance(node, ast.FunctionDef | ast.Lambda))

    return walk(tree, False)


def edges(path: str, tree: ast.Module, lines: list[str]) -> Found:
    """Imports that the table does not allow; a room without a row may not exist."""
    here = room(path)
    if here not in TABLE:
        yield 1, f"{here} has no row in the table of rooms"
        return
    rooms, libraries = (set(names.split()) for names in TABLE[here])
    for line, name, lazy in imports(path, tree):
        top, _, rest = name.partition(".")
        target = rest.partition(".")[0] if top == "lipbound" else top
        if top == "lipbound":
            fine = target in rooms | {here.partition(".")[0], ""} or (here == "__init__" and target.startswith("__"))
        else:
            fine = top in libraries | (sys.stdlib_module_names - BANNED.get(here, set()))
        if not fine and not (lazy and (here.partition(".")[0], target) in LAZY):
            yield line, f"{here} imports {name}"


def rational(path: str, tree: ast.Module, lines: list[str]) -> Found:
    """Exact rooms hold no float but the infinities, which only `exact.extended` makes."""
    if room(path) not in ("exact", "pieces"):
        return
    infinities = {n for f in defined(tree) if f.name == "extended" for n in ast.walk(f)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno, f"the float {node.value} among rationals"
        if calls(node, "float") and node not in infinities:
            yield node.lineno, "a float made among rationals"


def ball_to_float(path: str, tree: ast.Module, lines: list[str]) -> Found:
    """In balls/ a float is only ever a priority: it orders work and enters no result."""
    for node in ast.walk(tree) if room(path) == "balls" else ():
        if calls(node, "float") and "# priority" not in lines[node.lineno - 1]:
            yield node.lineno, "a ball becomes a float outside Enclosure.of_ball"


def state(path: str, tree: ast.Module, lines: list[str]) -> Found:
    """No module-level mutable object, no global precision, nothing registered at import."""
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and mutable(node.value):
            names = [ast.unparse(t) for t in (node.targets if isinstance(node, ast.Assign) else [node.target])]
            final = isinstance(node, ast.AnnAssign) and "Final" in ast.unparse(node.annotation)
            if not (names == ["__all__"] or (final and names[0].isupper())):
                yield node.lineno, f"{names[0]} is mutable: a tuple, a frozenset, a MappingProxyType or Final"
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and room(path) != "__main__":
            yield node.lineno, f"{ast.unparse(node)} runs at import"
    restored = {n for f in defined(tree) if "contextmanager" in map(ast.unparse, f.decorator_list) for n in ast.walk(f)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield node.lineno, f"global {', '.join(node.names)}"
        targets = node.targets if isinstance(node, ast.Assign) else ()
        library = ("ctx.", "flint.ctx.", "mp.", "np.random.")
        if node not in restored and any(ast.unparse(t).startswith(library) for t in targets):
            yield node.lineno, f"{ast.unparse(node)} changes the state of a library"


def size(path: str, tree: ast.Module, lines: list[str]) -> Found:
    if len(lines) > 250:
        yield 250, f"{len(lines)} lines: past 250 a file has two subjects"


def messages(path: str, tree: ast.Module, lines: list[str]) -> Found:
    """Every exception says something; a bare `raise` and a caught variable say what they said before."""
    for node in ast.walk(tree):
        error = node.exc if isinstance(node, ast.Raise) else None
        name = ast.unparse(error.func if isinstance(error, ast.Call) else error).split(".")[-1] if error else ""
        silent = not (error.args or error.keywords) if isinstance(error, ast.Call) else name[:1].isupper()
        if silent and name not in ("", "Exit", "SystemExit"):
            yield node.lineno, f"raise {name} without a message"


def naming(path: str, tree: ast.Module, lines: list[str]) -> Found:
    """No get_, no compute_, no drawer for odds and ends."""
    if {"utils", "helpers", "util", "helper", "misc"} & set(path.removesuffix(".py").strip("_").split("/")):
        yield 1, f"{path}: a file is named after its subject"
    for node in ast.walk(tree):
        name = getattr(node, "name", None) or (node.id if isinstance(node, ast.Name) else getattr(node, "arg", None))
        if isinstance(name, str) and name.lstrip("_").startswith(("get_", "compute_")):
            yield getattr(node, "lineno", 1), f"{name}: a function is a verb or the standard symbol"


def public(path: str, tree: ast.Module, lines: list[str]) -> Found:
    """proofs/, figures/ and tests/ see what a user sees."""
    inside = "twin" in path or path.startswith("tests/bench/")  # the floor of a benchmark is made of kernels
    twins = path == "tests/conftest.py" or inside  # conftest compiles the kernels once
    for line, name, _ in imports(path, tree):
        top, *parts = name.split(".")
        if top == "lipbound" and any(part.startswith("_") for part in parts):
            yield line, f"{name} is private"
        if top == "lipbound" and parts and parts[0] in ("kernels", "balls") and not twins:
            yield line, f"{name} belongs to the package and its twins' tests"


def heavy(path: str, tree: ast.Module, lines: list[str]) -> Found:
    """Outside the package too, each heavy library has its owners."""
    for line, name, _ in imports(path, tree):
        top = name.partition(".")[0]
        if top in OWNERS and not path.startswith(OWNERS[top]):
            yield line, f"{path} imports {top}"


INSIDE = (edges, rational, ball_to_float, state, size, messages, naming)
OUTSIDE = (public, heavy)


def defined(tree: ast.AST) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def mutable(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        return MUTABLE.fullmatch(ast.unparse(value.func).split(".")[-1]) is not None
    return isinstance(value, DISPLAYS)


def complaints(path: str, source: str) -> list[str]:
    """What the rules say against a file, one line each."""
    tree, lines = ast.parse(source), source.splitlines()
    rules = INSIDE if path.startswith("lipbound/") else OUTSIDE
    return [f"{path}:{line}: {what}" for rule in rules for line, what in rule(path, tree, lines)]


def undocumented(name: str, thing: object) -> bool:
    """Is `thing` exported without a docstring that shows it at work?"""
    return type(thing).__name__ not in NO_EXAMPLE and ">>>" not in (inspect.getdoc(thing) or "")


def loaded(code: str) -> list[str]:
    """The heavy libraries that a fresh interpreter holds after running `code`."""
    heavy = {"matplotlib", "hypothesis", "torch", "dask", "rich"}
    probe = f"{code}\nimport sys; print(*{heavy} & sys.modules.keys())"
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return run.stdout.split()
