"""The migrations that are measured, as each program wants them.

The statements are the same for all; names of files and lines that a program asks for differ.
"""

import os
import pathlib

PLACEHOLDER = "{schema}"


def single(number):
    """File NUMBER of a database without tenants: every tenth makes a table, the others fill it.

    The shape of the Go program's own performance test (test/performance in its repository).
    """
    counted = f"insert into {{schema}}.counted (file) values ({number});\n"
    if number == 0:
        return "create schema {schema};\ncreate table {schema}.counted (file integer);\n" + counted
    if number % 10 == 1:
        columns = "a integer, b float, c varchar(100)"
        return f"create table {{schema}}.t{number} ({columns});\n" + counted
    table = "{schema}.t%d" % (number - (number - 1) % 10)
    rows = "".join(
        f"insert into {table} (a, b, c) values ({number * 100 + row}, {row}.5, 'row {row}');\n"
        for row in range(1, 11)
    )
    return rows + counted


def indexed(number):
    """The same with more for the server to do: keys, indexes, comments, checks.

    PostgreSQL waits for the disk for every index that it builds, whoever asks it to. The same shape
    as in scripts/bench.sh: six statements of DDL, or eleven inserts.
    """
    if number == 0:
        return "create schema {schema};\n"
    table = "{schema}.t%d" % number
    if number % 10 == 1:
        return (
            f"create table {table} (id integer primary key, title text not null, amount integer);\n"
            f"create index t{number}_title on {table} (title);\n"
            f"comment on table {table} is 'table {number}';\n"
            f"comment on column {table}.title is 'for people';\n"
            f"alter table {table} alter column amount set default 0;\n"
            f"alter table {table} add check (amount >= 0);\n"
        )
    table = "{schema}.t%d" % (number - (number - 1) % 10)
    return "".join(
        f"insert into {table} (id, title, amount) values"
        f" ({number * 100 + row}, 'row {row} of file {number}', {row});\n"
        for row in range(1, 12)
    )


def tenant(number):
    """File NUMBER of every tenant: a table, four columns, an index, then data."""
    number += 1
    if number == 1:
        return (
            "create table {schema}.items"
            " (id integer primary key, title varchar(100) not null, amount integer);\n"
        )
    if number <= 5:
        return f"alter table {{schema}}.items add column c{number} integer;\n"
    if number == 6:
        return "create index items_title on {schema}.items (title);\n"
    return "".join(
        "insert into {schema}.items (id, title, amount) values"
        f" ({number * 10 + row}, 'row {row} of file {number}', {row});\n"
        for row in range(1, 4)
    ) + f"update {{schema}}.items set amount = amount + 1 where id = {number * 10 + 1};\n"


def in_schema(text, schema):
    return text.replace(PLACEHOLDER, schema)


def unqualified(text):
    """For programs that find a tenant by search_path."""
    return text.replace(PLACEHOLDER + ".", "")


def as_is(name, text):
    return f"{name}.sql", text


def for_flyway(name, text):
    return f"V{name}__bench.sql", text


def for_goose(name, text):
    return f"{name}_bench.sql", "-- +goose Up\n" + text


def for_golang_migrate(name, text):
    return f"{name}_bench.up.sql", text


def for_liquibase(name, text):
    return f"{name}.sql", f"--liquibase formatted sql\n--changeset bench:{name}\n" + text


CHANGELOG = """<?xml version="1.0" encoding="UTF-8"?>
<databaseChangeLog xmlns="http://www.liquibase.org/xml/ns/dbchangelog"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:schemaLocation="http://www.liquibase.org/xml/ns/dbchangelog
        http://www.liquibase.org/xml/ns/dbchangelog/dbchangelog-latest.xsd">
  <includeAll path="files" relativeToChangelogFile="true"/>
</databaseChangeLog>
"""


def write(folder, numbers, text_of, form):
    """Writes file NUMBER of NUMBERS to FOLDER, named and dressed by FORM; adds to what is there.

    Numbers in names start at 1: golang-migrate takes 0 for "nothing applied".
    """
    os.makedirs(folder, exist_ok=True)
    for number in numbers:
        name, text = form("%06d" % (number + 1), text_of(number))
        (pathlib.Path(folder) / name).write_text(text)
