"""The table of statements: complete, its numbers as known or known to be wrong, its figures and tests really there."""

from __future__ import annotations

import ast
import copy
from pathlib import Path

import pytest

from figures import record
from figures.claimed import STATEMENTS
from figures.statements import Number, cell, held, table, unit

KEYS = [f"S{part}.{k}" for part, last in ((1, 6), (2, 12), (3, 7)) for k in range(1, last + 1)]
HERE = Path(__file__).parent


def test_every_claim_has_its_row():
    assert [each.key for each in STATEMENTS] == KEYS
    assert all(each.numbers and each.says and each.verdict for each in STATEMENTS)


@pytest.mark.parametrize("each", STATEMENTS, ids=lambda each: each.key)
def test_figure_and_test_exist(each):
    assert each.figure in record.NAMES
    file, name = each.test.split(".")
    functions = {node.name for node in ast.parse((HERE / f"{file}.py").read_text()).body if hasattr(node, "name")}
    assert name in functions


@pytest.mark.parametrize("each", STATEMENTS, ids=lambda each: each.key)
def test_numbers_are_as_known_or_known_to_be_wrong(each):
    of = held()
    for number in each.numbers:
        if number.earlier:
            assert number.agrees(of) == number.same, cell(number, of)
        else:
            assert number.same


def test_power_a_spoilt_number_shows():
    """Any number that is compared, off by one in its third digit, is seen."""
    of = held()
    for number in (n for each in STATEMENTS for n in each.numbers if n.earlier and n.same and unit(n.earlier) < 0.01):
        value = number.value(of)
        moved = number._replace(value=lambda _, value=value: value * 1.05)
        assert not moved.agrees(of), number.what


def test_most_statements_are_compared():
    assert sum(any(number.earlier for number in each.numbers) for each in STATEMENTS) >= 20


def test_the_table_shows_what_is_wrong():
    wrong = [number for each in STATEMENTS for number in each.numbers if not number.same]
    text = table(STATEMENTS)
    assert wrong
    assert text.count("(earlier: ") == len(wrong)
    assert text.count("\n| S") == len(KEYS)
    assert cell(Number("x", lambda of: 0.125, "0.1"), held()) == "x 0.125"


def test_working_out_again_gives_the_same():
    from figures import check

    found = record.made("statements")
    assert not list(check.differences(record.kept("statements"), found))
    other = copy.deepcopy(found)
    other["least"] += 1e-5
    assert list(check.differences(record.kept("statements"), other))
