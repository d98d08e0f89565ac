"""What the environment says: sizes, who is measured, and where things are. See README.md."""

import os
import pathlib


def number(name, default):
    return int(os.environ.get(name) or default)


FILES = number("FILES", 10000)
TENANTS = number("TENANTS", 1000)
TENANT_FILES = number("TENANT_FILES", 21)
VERSIONS = number("VERSIONS", 10)
VERSION_FILES = number("VERSION_FILES", 20)
RUNS = number("RUNS", 5)
# Who takes longer than LONG seconds for a chain is run LONG_RUNS times only.
LONG = number("LONG", 300)
LONG_RUNS = number("LONG_RUNS", 3)
LIMIT = number("LIMIT", 1800)
LATENCIES = [float(ms) for ms in os.environ.get("LATENCIES", "0 1 5").split()]
LATENCY_FILES = number("LATENCY_FILES", FILES)
LATENCY_TENANTS = number("LATENCY_TENANTS", TENANTS)
CHAINS = os.environ.get("CHAINS", "files indexed tenants versions").split()
PEERS = (
    os.environ.get("PEERS")
    or "migrator migrator-tenant go-migrator flyway flyway-group liquibase goose golang-migrate psql"
).split()
INDEXED_PEERS = (os.environ.get("INDEXED_PEERS") or "migrator go-migrator psql").split()
VERSION_PEERS = (
    os.environ.get("VERSION_PEERS") or "migrator migrator-service go-migrator"
).split()


class Settings:
    """Where things are; made once by bench.py."""

    def __init__(self, work, tools):
        self.work = pathlib.Path(work)
        self.tools = pathlib.Path(tools)  # measure, wire
        self.migrator = os.environ.get("MIGRATOR", "")
        self.baseline = os.environ.get("BASELINE", "")
        self.go_migrator = os.environ.get("GO_MIGRATOR", "")
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        self.peers = pathlib.Path(os.environ.get("MIGRATOR_PEERS") or f"{cache}/migrator-peers")
