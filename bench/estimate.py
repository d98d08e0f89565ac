#!/usr/bin/env python3
"""Measures the estimate of `plan --analyze --on`, and how long a reader of the traced tenant waits.

    bench/estimate.py postgres://postgres@127.0.0.1:5432/scratch build/release/migrator

12 tenants of 1,000 to 300,000 rows; three are traced for the estimate, then all for the truth. The
database must be empty: schemas e01 to e12 are made there, and dropped. Needs psql and pgbench.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROWS = [1, 2, 5, 10, 20, 40, 60, 80, 120, 160, 200, 300]
FILE = """alter table {schema}.ord alter column total type bigint;
create index ord_cust on {schema}.ord (cust_id);
alter table {schema}.ord add constraint total_ok check (total >= 0);
update {schema}.ord set note = 'y' where id % 3 = 0;
alter table {schema}.ord add constraint ord_cust_fk foreign key (cust_id) references {schema}.cust;
"""
SLOW = "set statement_timeout = 0;\nalter table {schema}.ord alter column total type numeric;\n"


def psql(url, *statements):
    arguments = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", url]
    for statement in statements:
        arguments += ["-c", statement]
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout


def make_tenants(url):
    for number, thousands in enumerate(ROWS, 1):
        schema = f"e{number:02}"
        psql(
            url,
            f"create schema {schema}",
            f"create table {schema}.cust (id int primary key, name text)",
            f"create table {schema}.ord (id bigint generated always as identity primary key, "
            "cust_id int, total int, note text)",
            f"insert into {schema}.cust select g, 'n' || g from generate_series(1, 100) g",
            f"insert into {schema}.ord (cust_id, total, note) select 1 + g % 100, g % 1000, "
            f"repeat('x', 40) from generate_series(1, {thousands}000) g",
            f"vacuum analyze {schema}.ord",
            f"vacuum analyze {schema}.cust",
        )


def plan(program, folder, *options):
    command = [program, "plan", "--analyze", "--json", "--config", folder / "migrator.yaml", *options]
    answer = subprocess.run(command, capture_output=True, text=True)
    return json.loads(answer.stdout)["trace"]


def write_project(url, folder, text):
    for name in ("tenants", "single"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "tenants/001.sql").write_text(text)
    (folder / "migrator.yaml").write_text(
        f'driver: postgres\ndataSource: "{url}"\nbaseLocation: {folder}\n'
        "singleMigrations: [single]\ntenantMigrations: [tenants]\n"
        "tenantSelect: \"select nspname::text from pg_namespace where nspname ~ '^e[0-9]+$' order by 1\"\n"
    )


def compare(url, estimate, truth):
    pages = {}
    listed = psql(
        url,
        "select n.nspname, c.relname, c.relpages from pg_class c "
        "join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and n.nspname ~ '^e[0-9]+$'",
    )
    for line in listed.split():
        schema, table, count = line.split("|")
        pages[schema, table] = int(count)
    traced = {trace["schema"] for trace in estimate["tenants"]}
    within = count = 0
    predicted = took = 0.0
    by_number = {each["statement"]: each for each in estimate["estimate"]["statements"]}
    for trace in truth["tenants"]:
        if trace["schema"] in traced:
            continue
        for statement in trace["statements"]:
            line = by_number[statement["statement"]]
            passed = sum(pages[trace["schema"], table] for table in line["tables"])
            guess = line["fixedMicroseconds"] + line["microsecondsPerPage"] * passed
            within += 0.5 <= guess / statement["microseconds"] <= 2
            count += 1
            predicted += guess
            took += statement["microseconds"]
    print(f"traced for the estimate: {', '.join(sorted(traced))}")
    print(f"the others: {within} of {count} statements within a factor of 2")
    print(f"the others: {predicted / 1e6:.1f} s estimated, {took / 1e6:.1f} s measured")


def measure_wait(url, program, folder, hold):
    query = folder / "read.sql"
    query.write_text("select id from e12.ord where id = 5;\n")
    reader = subprocess.Popen(
        ["pgbench", "-n", "-c", "2", "-T", "12", "-f", query, "-l", url],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    trace = plan(program, folder, "--on", "e12", "--max-hold", hold, "--max-bytes", "100000000000")
    reader.wait()
    longest = 0
    for log in folder.glob("pgbench_log.*"):
        longest = max([longest, *(int(line.split()[2]) for line in log.read_text().splitlines())])
        log.unlink()
    held = trace["tenants"][0]["heldMicroseconds"]
    print(f"--max-hold {hold}: held {held / 1e6:.2f} s, a reader waited at most {longest / 1e6:.2f} s")


def main():
    url, program = sys.argv[1], str(Path(sys.argv[2]).resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            make_tenants(url)
            write_project(url, folder, FILE)
            estimate = plan(program, folder, "--on", "*", "--sample", "3", "--max-hold", "120s")
            truth = plan(program, folder, "--on", "*", "--max-hold", "120s")
            compare(url, estimate, truth)
            psql(
                url,
                "insert into e12.ord (cust_id, total, note) select 1 + g % 100, g % 1000, "
                "repeat('x', 40) from generate_series(1, 2500000) g",
                "vacuum analyze e12.ord",
            )
            write_project(url, folder, SLOW)
            for hold in ("2s", "500ms"):
                measure_wait(url, program, folder, hold)
        finally:
            for number in range(1, len(ROWS) + 1):
                psql(url, f"drop schema if exists e{number:02} cascade")


if __name__ == "__main__":
    main()
