"""The cases, in chains: what happens to one database, and what it holds afterwards."""

import files
from migrators import Migrators
from settings import (
    CHAINS,
    FILES,
    LATENCIES,
    LATENCY_FILES,
    LATENCY_TENANTS,
    TENANT_FILES,
    TENANTS,
    VERSION_FILES,
    VERSIONS,
)


def tenant_names(count):
    return [f"tenant{i:05d}" for i in range(1, count + 1)]


class Chain:
    """Cases that follow each other on one database. A step is its name and its file numbers."""

    def __init__(self, name, text, schemas, steps, latency_ms=0.0):
        self.name = name
        self.text = text  # of a file, by its number
        self.schemas = schemas
        self.steps = steps
        self.latency_ms = latency_ms

    def case(self, step):
        """The name of a case among the results: the same only for what can be compared."""
        first = len(self.steps[0][1])
        return f"{step}-{first}x{len(self.schemas) or 1}@{self.latency_ms:g}ms"


def chains():
    found = []
    for latency in LATENCIES:
        count = LATENCY_FILES if latency else FILES
        tenants = LATENCY_TENANTS if latency else TENANTS
        if "files" in CHAINS:
            steps = [
                ("empty", range(count)),
                ("on_top", range(count, 2 * count)),
                ("nothing", range(0)),
            ]
            found.append(Chain("files", files.single, [], steps, latency))
        if "indexed" in CHAINS:
            steps = [("indexed", range(count))]
            found.append(Chain("indexed", files.indexed, [], steps, latency))
        if "tenants" in CHAINS:
            steps = [("tenants", range(TENANT_FILES))]
            found.append(Chain("tenants", files.tenant, tenant_names(tenants), steps, latency))
    if "versions" in CHAINS:
        steps = [
            (f"version{v + 1}", range(v * VERSION_FILES, (v + 1) * VERSION_FILES))
            for v in range(VERSIONS)
        ]
        found.append(Chain("versions", files.tenant, tenant_names(TENANTS), steps))
    return found


def check(server, chain, peer, applied):
    """The statements are done, and recorded, before a time counts."""
    if chain.schemas:
        rows = max(len(applied) - 6, 0) * 3
        found = server.sql(
            "\n".join(f"select count(*) from {s}.items;" for s in (chain.schemas[0], chain.schemas[-1])),
            "bench",
        )
        wanted = f"{rows}\n{rows}"
        columns = server.sql(
            "select count(*) from information_schema.columns where column_name like 'c_'"
            " and table_name = 'items'",
            "bench",
        )
        wanted_columns = str(min(max(len(applied) - 1, 0), 4) * len(chain.schemas))
        if columns != wanted_columns:
            raise SystemExit(f"{peer.name}: {columns} columns instead of {wanted_columns}")
    else:
        tables = sum(1 for n in applied if n % 10 == 1)
        each = 11 if chain.text is files.indexed else 10
        inserts = sum(1 for n in applied if n % 10 != 1 and n > 0) * each
        counts = "+".join(
            f"(select count(*) from bench.t{n})" for n in applied if n % 10 == 1
        ).split("+")
        rows = 0
        for at in range(0, len(counts), 500):
            rows += int(server.sql("select " + "+".join(counts[at : at + 500]), "bench"))
        found = server.sql(
            "select count(*) from pg_tables where schemaname = 'bench' and tablename <> 'counted'",
            "bench",
        )
        found += f" {rows}"
        wanted = f"{tables} {inserts}"
        if chain.text is files.single:
            found += " " + server.sql("select count(*) from bench.counted", "bench")
            wanted += f" {len(applied)}"
    if found != wanted:
        raise SystemExit(f"{peer.name}: the database holds {found!r} instead of {wanted!r}")
    recorded = peer.recorded()
    if recorded:
        found = int(server.sql(recorded, "bench"))
        wanted = len(applied)
        if chain.schemas and isinstance(peer, Migrators):
            wanted *= len(chain.schemas)
        if found != wanted:
            raise SystemExit(f"{peer.name}: {found} files recorded instead of {wanted}")
