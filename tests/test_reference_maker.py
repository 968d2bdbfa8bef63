"""The maker of the reference values confirms what is stored, and notices what is wrong."""

from __future__ import annotations

import copy

import pytest

from make import LAWS, answer, law_errors, read, record_errors

RECORDS = {record["id"]: record for record in read("values.json")["records"]}
STORED = {one["name"]: one for one in read("laws.json")["laws"]}
QUICK = ("P001", "P004", "P010", "P014", "P015", "P018", "P022", "P026", "P028", "P031", "P032", "P036", "P037")
QUICK += ("P038", "P040", "P041", "P043", "P044", "P045", "P046")


def complaints(record: dict) -> list[str]:
    return record_errors(record, answer(record["quantity"], record["inputs"]))


@pytest.mark.parametrize("name", QUICK)
def test_a_value_is_found_again(name: str):
    assert complaints(RECORDS[name]) == []


@pytest.mark.parametrize(
    ("name", "digit"), [("P001", 20), ("P010", 31), ("P018", 31), ("P028", 31), ("P032", 31), ("P037", 31)]
)
def test_power_a_wrong_digit_is_reported(name: str, digit: int):
    value = RECORDS[name]["value"]
    wrong = value[:digit] + str(9 - int(value[digit])) + value[digit + 1 :]
    assert len(complaints({**RECORDS[name], "value": wrong})) == 1


def test_power_infinity_is_not_a_large_number():
    assert complaints({**RECORDS["P015"], "value": "700"}) != []


@pytest.mark.parametrize("name", ["flat", "dice"])
def test_a_law_is_found_again(name: str):
    assert law_errors(STORED[name]) == []


def test_power_a_wrong_law_is_reported():
    wrong = copy.deepcopy(STORED["dice"])
    wrong["points"][3]["cdf"] = "0.12500000000000000000000000000001"
    wrong["law"]["masses"][0] = "1/9"
    del wrong["quantiles"][-1]["ppf"]
    assert [line.split(" is ")[0] for line in law_errors(wrong)] == [
        "laws.json: dice/law/masses/0",
        "laws.json: dice/points/3/cdf",
        "laws.json: dice/quantiles/9/ppf",
    ]


def test_laws_json_holds_the_laws_of_the_maker():
    assert list(STORED) == list(LAWS)
