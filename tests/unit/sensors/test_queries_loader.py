from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sensors.db.queries import QueryFileError, load_queries

NAMES = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12)
STATEMENTS = st.text("abc %()'*,;\n", max_size=40).map(lambda text: f"select {text}".strip())


def _file(folder: Path, text: str) -> Path:
    path = folder / "queries.sql"
    path.write_text(text, encoding="utf-8")
    return path


def test_sections_are_found_by_name(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        "-- What the register shows.\n\n"
        "-- newest: the last value\nselect 1\n-- a remark inside\nwhere %(id)s = 2;\n\n"
        "-- all_of_it: everything\nselect 2\n",
    )
    assert load_queries(path) == {
        "newest": "select 1\n-- a remark inside\nwhere %(id)s = 2;",
        "all_of_it": "select 2",
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(NAMES, STATEMENTS, min_size=1, max_size=5))
def test_what_is_written_in_sections_is_read_back(tmp_path: Path, sections: dict[str, str]) -> None:
    text = "\n".join(f"-- {name}: a purpose\n{statement}\n" for name, statement in sections.items())
    assert load_queries(_file(tmp_path, text)) == sections


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "must begin with"),
        ("select 1\n", "must begin with"),
        ("select 1\n-- one: first\nselect 1", "must begin with"),
        ("-- one: first\nselect 1\n-- one: again\nselect 2", "two sections are called one"),
        ("-- one: first\n-- two: second\nselect 2", "one holds no SQL"),
        ("-- one: first\n-- only a remark\n", "one holds no SQL"),
        ("-- one:\nselect 1", "what it is for"),
        ("-- : a purpose\nselect 1", "what it is for"),
        ("-- One: a purpose\nselect 1", "what it is for"),
        ("-- one2: a purpose\nselect 1", "what it is for"),
    ],
)
def test_a_slip_in_the_file_is_an_error_with_its_path(tmp_path: Path, text: str, complaint: str) -> None:
    path = _file(tmp_path, text)
    with pytest.raises(QueryFileError, match=complaint) as caught:
        load_queries(path)
    assert str(path) in str(caught.value)


def test_the_sections_cannot_be_changed(tmp_path: Path) -> None:
    sections = load_queries(_file(tmp_path, "-- one: first\nselect 1"))
    with pytest.raises(TypeError):
        sections["two"] = "select 2"  # pyright: ignore[reportIndexIssue] - that is what is tested
