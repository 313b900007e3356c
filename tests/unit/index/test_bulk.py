from __future__ import annotations

import sqlite3

import pytest

from reader.index.bulk import insert, insert_at_once


@pytest.fixture
def statements() -> list[str]:
    return []


@pytest.fixture
def table(statements: list[str]) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE pair (one, other)")
    connection.set_trace_callback(statements.append)
    return connection


def rows_of(table: sqlite3.Connection) -> list[tuple[int, str]]:
    return table.execute("SELECT one, other FROM pair ORDER BY one").fetchall()


@pytest.mark.parametrize("count", [0, 1, 4, 49, 500, 1_234])
def test_all_rows_are_there_once(table: sqlite3.Connection, count: int) -> None:
    rows = [(number, f"of {number}") for number in range(count)]
    insert(table, "pair", rows)
    assert rows_of(table) == rows


def test_batches_of_any_size_make_few_different_statements(
    table: sqlite3.Connection, statements: list[str]
) -> None:
    # A connection keeps what it has run, each with the values it was given last.
    for count in range(1, 600):
        insert(table, "pair", [(number, "") for number in range(count)])
    sizes = {text.count("(") for text in statements if text.startswith("INSERT")}
    assert len(sizes) <= 4


def test_no_statement_takes_more_values_than_sqlite_does(table: sqlite3.Connection) -> None:
    table.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 30)
    rows = [(number, "") for number in range(100)]
    insert(table, "pair", rows)
    assert rows_of(table) == rows


@pytest.mark.parametrize("count", [0, 1, 4, 5, 512, 4_096, 5_000])
def test_rows_that_go_in_at_once_are_there_once(
    table: sqlite3.Connection, statements: list[str], count: int
) -> None:
    rows = [(number, f"of {number}") for number in range(count)]
    insert_at_once(table, "pair", rows)
    assert rows_of(table) == rows
    assert len([text for text in statements if text.startswith("INSERT")]) == -(-count // 4_096)


def test_at_once_too_no_statement_takes_more_values_than_sqlite_does(table: sqlite3.Connection) -> None:
    table.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 30)
    rows = [(number, "") for number in range(100)]
    insert_at_once(table, "pair", rows)
    assert rows_of(table) == rows


def test_at_once_too_there_are_few_different_statements(
    table: sqlite3.Connection, statements: list[str]
) -> None:
    for count in range(1, 600, 7):
        insert_at_once(table, "pair", [(number, "") for number in range(count)])
    assert len({text.count("(") for text in statements if text.startswith("INSERT")}) <= 4
