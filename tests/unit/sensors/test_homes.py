"""A cell of 100 m with few homes points to one of them, if the municipality's count of homes says so."""

from pathlib import Path

import pytest

from sensors.register.homes import MIN_HOMES, are_homes_counted, homes_in_cell
from sensors.register.location import AreasError
from sensors.register.validation.validator import find_violations
from tests.support.entries import Document, example_entry

HERE = (5.66, 51.48)


def at(longitude: float, latitude: float) -> Document:
    return {"type": "Point", "coordinates": [longitude, latitude]}


def at_home(precision: str = "cell_100m") -> Document:
    return example_entry(location={"kind": "fixed", "geometry": at(*HERE), "precision": precision})


def rules(document: Document) -> set[str]:
    return {each.rule_id for each in find_violations(document)}


def counted(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *rows: str, columns: str = "longitude,latitude,homes"
) -> None:
    (folder / "deurne_woningen.csv").write_text("\n".join([columns, *rows]), encoding="utf-8")
    monkeypatch.setenv("LANTAARN_AREAS", str(folder))


def test_a_cell_with_few_homes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = [f"5.6601,51.4801,{MIN_HOMES - 3}", "5.6602,51.4802,2", "5.67,51.48,500"]
    counted(tmp_path, monkeypatch, *few)
    assert homes_in_cell(at(*HERE)) == MIN_HOMES - 1
    assert rules(at_home()) == {"cell_has_homes"}
    assert rules(at_home("cell_1km")) == set()
    assert rules(example_entry()) == set()


def test_a_cell_with_enough_homes_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted(tmp_path, monkeypatch, f"5.6601,51.4801,{MIN_HOMES}")
    assert rules(at_home()) == set()


def test_where_nobody_counted_homes_in_the_cell_there_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted(tmp_path, monkeypatch)
    assert rules(at_home()) == {"cell_has_homes"}


def test_without_a_count_nothing_is_refused() -> None:
    assert not are_homes_counted()
    assert rules(at_home()) == set()


@pytest.mark.parametrize(
    ("columns", "row"),
    [("longitude,latitude,homes", "5.6,51.4,many"), ("lon,lat,homes", "5.6,51.4,3"), ("longitude,latitude,homes", "")],
)
def test_a_line_that_is_no_count_is_named(
    columns: str, row: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted(tmp_path, monkeypatch, row or "5.6,51.4", columns=columns)
    with pytest.raises(AreasError, match=r"deurne_woningen\.csv, line 2: expected longitude, latitude and homes"):
        homes_in_cell(at(*HERE))
