"""Measures the peers: chains of cases, in turn, on one PostgreSQL. Started by run.sh.

A chain is what happens to one database: new files, more files, nothing to do. Each run of a chain
takes every program once, in another order each time, so that whatever else the machine does meets
all of them. Nothing is measured while statements are counted, nor the other way round.

    bench.py measure URL RESULTS    times and memory
    bench.py count URL RESULTS      statements and round trips, on a server with pg_stat_statements

Sizes come from the environment; see README.md. RESULTS is a JSON file; what it holds of other cases
stays, so that cases can be measured one by one.
"""

import datetime
import json
import os
import pathlib
import platform
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time

import peers as all_peers


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
CHAINS = os.environ.get("CHAINS", "files tenants versions").split()
MANY = ["migrator", "go-migrator", "flyway", "flyway-group", "liquibase", "goose", "golang-migrate"]
PEERS = (os.environ.get("PEERS") or " ".join([*MANY, "psql"])).split()
VERSION_PEERS = (
    os.environ.get("VERSION_PEERS") or "migrator migrator-service go-migrator"
).split()


class Server:
    """The PostgreSQL that is measured on, seen by psql; never through the wire."""

    def __init__(self, url):
        self.url = url
        self.host = url.rsplit("/", 1)[0]
        self.port = int(self.host.rsplit(":", 1)[1])

    def sql(self, text, database="postgres"):
        command = ["psql", "-X", "-qAt", "-v", "ON_ERROR_STOP=1", f"{self.host}/{database}"]
        done = subprocess.run(
            command,
            input=text,
            text=True,
            capture_output=True,
            env={**os.environ, "PGOPTIONS": "-c client_min_messages=warning"},
        )
        if done.returncode != 0:
            raise SystemExit(f"psql: {done.stderr}")
        return done.stdout.strip()

    def fresh(self, schemas):
        self.sql("drop database if exists bench with (force)")
        self.sql("create database bench")
        if schemas:
            rows = "".join(
                f"create schema {s}; insert into fleet.tenants (name) values ('{s}');\n"
                for s in schemas
            )
            self.sql(
                "begin; create schema fleet;"
                " create table fleet.tenants (id serial primary key, name text unique);\n"
                + rows
                + "commit;",
                "bench",
            )
        self.sql("checkpoint")


class Wire:
    """bench/wire.cpp between a program and the server, or nothing at all."""

    def __init__(self, port, settings, latency_ms, counting=False):
        self.process = None
        if latency_ms or counting:
            self.process = subprocess.Popen(
                [settings.tools / "wire", str(port), str(int(latency_ms * 1000))],
                stdout=subprocess.PIPE,
                text=True,
            )
            port = int(self.process.stdout.readline())
        self.port = port
        self.url = f"postgres://postgres@127.0.0.1:{port}/bench?sslmode=disable"

    def end(self):
        """What it has seen."""
        if self.process is None:
            return {}
        self.process.send_signal(signal.SIGTERM)
        seen = json.loads(self.process.stdout.readline())
        self.process.wait()
        return seen


def tenant_names(count):
    return [f"tenant{i:05d}" for i in range(1, count + 1)]


class Chain:
    """Cases that follow each other on one database. A step is its name and its file numbers."""

    def __init__(self, name, schemas, steps, latency_ms=0.0):
        self.name = name
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
        files = LATENCY_FILES if latency else FILES
        tenants = LATENCY_TENANTS if latency else TENANTS
        if "files" in CHAINS:
            steps = [
                ("empty", range(files)),
                ("on_top", range(files, 2 * files)),
                ("nothing", range(0)),
            ]
            found.append(Chain("files", [], steps, latency))
        if "tenants" in CHAINS:
            steps = [("tenants", range(TENANT_FILES))]
            found.append(Chain("tenants", tenant_names(tenants), steps, latency))
    if "versions" in CHAINS:
        steps = [
            (f"version{v + 1}", range(v * VERSION_FILES, (v + 1) * VERSION_FILES))
            for v in range(VERSIONS)
        ]
        found.append(Chain("versions", tenant_names(TENANTS), steps))
    return found


class Results:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.data = json.loads(self.path.read_text()) if self.path.exists() else {}
        self.data.setdefault("cases", {})

    def entry(self, chain, step, peer):
        case = self.data["cases"].setdefault(
            chain.case(step),
            {
                "chain": chain.name,
                "step": step,
                "latency_ms": chain.latency_ms,
                "files": len(dict(chain.steps)[step]) or 2 * len(chain.steps[0][1]),
                "tenants": len(chain.schemas),
                "peers": {},
            },
        )
        return case["peers"].setdefault(peer.name, {})

    def forget(self, chain, peer, keys):
        for step, _ in chain.steps:
            entry = self.entry(chain, step, peer)
            for key in keys:
                entry.pop(key, None)

    def save(self):
        draft = self.path.with_suffix(".draft")
        draft.write_text(json.dumps(self.data, indent=1, sort_keys=True) + "\n")
        draft.replace(self.path)


def say(text):
    print(text, file=sys.stderr, flush=True)


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
        inserts = sum(1 for n in applied if n % 10 != 1 and n > 0) * 11
        counts = "+".join(
            f"(select count(*) from bench.t{n})" for n in applied if n % 10 == 1
        ).split("+")
        rows = 0
        for at in range(0, len(counts), 500):
            rows += int(server.sql("select " + "+".join(counts[at : at + 500]), "bench"))
        found = server.sql("select count(*) from pg_tables where schemaname = 'bench'", "bench")
        found += f" {rows}"
        wanted = f"{tables} {inserts}"
    if found != wanted:
        raise SystemExit(f"{peer.name}: the database holds {found!r} instead of {wanted!r}")
    recorded = peer.recorded()
    if recorded:
        found = int(server.sql(recorded, "bench"))
        wanted = len(applied)
        if chain.schemas and isinstance(peer, all_peers.Migrators):
            wanted *= len(chain.schemas)
        if found != wanted:
            raise SystemExit(f"{peer.name}: {found} files recorded instead of {wanted}")


def measure_chain(server, settings, chain, peer, results):
    """Once; false when it has failed."""
    server.fresh(chain.schemas)
    wire = Wire(server.port, settings, chain.latency_ms)
    applied = []
    line = []
    try:
        peer.begin(wire.url, chain.schemas)
        for step, numbers in chain.steps:
            if not numbers and not peer.again:
                continue
            peer.lay_out(numbers)
            applied += numbers
            entry = results.entry(chain, step, peer)
            try:
                measured = peer.run(LIMIT)
            except all_peers.Failed as failure:
                entry["failed"] = str(failure)
                say(f"    {peer.name}: {step}: {failure}")
                return False
            entry.setdefault("seconds", []).append(round(measured.seconds, 4))
            entry.setdefault("peak_kib", []).append(measured.peak_kib)
            line.append(f"{step} {measured.seconds:.2f} s {measured.peak_kib / 1024:.0f} MiB")
            check(server, chain, peer, applied)
    finally:
        peer.end()
        wire.end()
        results.save()
    say(f"    {peer.name}: {', '.join(line)}")
    return True


def usable(settings, chain):
    names = VERSION_PEERS if chain.name == "versions" else PEERS
    found = []
    for kind in all_peers.ALL:
        if kind.name not in names:
            continue
        peer = kind(settings)
        if peer.available():
            found.append(peer)
        else:
            say(f"{peer.name} is left out: it is not there")
    return found


def echo_once(listener):
    connection, _ = listener.accept()
    with connection:
        while data := connection.recv(1024):
            connection.sendall(data)


def real_latency(settings, latency_ms):
    """What a round trip through the wire takes, in ms: the median of 300."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=echo_once, args=(listener,), daemon=True).start()
        wire = Wire(listener.getsockname()[1], settings, latency_ms, counting=True)
        took = []
        with socket.create_connection(("127.0.0.1", wire.port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for _ in range(300):
                begin = time.perf_counter()
                connection.sendall(b"x" * 200)
                connection.recv(1024)
                took.append((time.perf_counter() - begin) * 1000)
        wire.end()
    return round(statistics.median(took), 3)


def measure(server, settings, results):
    real = results.data.setdefault("real_latency_ms", {})
    for latency in filter(None, LATENCIES):
        real[f"{latency:g}"] = real_latency(settings, latency)
        say(f"{latency:g} ms of latency: a round trip takes {real[f'{latency:g}']} ms")
    for chain in chains():
        title = f"{chain.name}, {chain.latency_ms:g} ms"
        found = usable(settings, chain)
        for peer in found:
            results.forget(chain, peer, ["seconds", "peak_kib", "failed"])
            remember(results, peer)
        runs = 1 if chain.name == "versions" else RUNS
        wanted = {peer.name: runs for peer in found}
        for run in range(runs):
            say(f"== {title}: run {run + 1} of {runs}")
            at = run % len(found) if found else 0
            for peer in found[at:] + found[:at]:
                if run >= wanted[peer.name]:
                    continue
                begin = time.monotonic()
                if not measure_chain(server, settings, chain, peer, results):
                    wanted[peer.name] = 0
                elif time.monotonic() - begin > LONG:
                    wanted[peer.name] = min(wanted[peer.name], LONG_RUNS)


def count(server, settings, results):
    for chain in chains():
        if chain.latency_ms or chain.name == "versions":
            continue
        say(f"== {chain.name}: statements and round trips")
        for peer in usable(settings, chain):
            count_chain(server, settings, chain, peer, results)


def count_chain(server, settings, chain, peer, results):
    server.sql("create extension if not exists pg_stat_statements")
    server.fresh(chain.schemas)
    for step, numbers in chain.steps:
        if not numbers and not peer.again:
            continue
        wire = Wire(server.port, settings, 0, counting=True)
        try:
            if step == chain.steps[0][0]:
                peer.begin(wire.url, chain.schemas)
            elif isinstance(peer, all_peers.Migrators):
                # The address stands in its configuration.
                config = peer.folder / "migrator.yaml"
                config.write_text(config.read_text().replace(peer.url, wire.url))
            peer.url = wire.url
            peer.lay_out(numbers)
            server.sql("select pg_stat_statements_reset()")
            peer.run(LIMIT)
        except all_peers.Failed as failure:
            say(f"    {peer.name}: {step}: {failure}")
            return
        finally:
            peer.end()
            seen = wire.end()
        seen["statements"] = int(
            server.sql(
                "select coalesce(sum(calls), 0) from pg_stat_statements s"
                " join pg_database d on d.oid = s.dbid where datname = 'bench'"
            )
        )
        lost = int(server.sql("select dealloc from pg_stat_statements_info"))
        if lost:
            say(f"    {peer.name}: {step}: pg_stat_statements was too small; not all is counted")
            seen.pop("statements")
        results.entry(chain, step, peer)["server"] = seen
        results.save()
        say(f"    {peer.name}: {step}: {seen}")


def remember(results, peer):
    results.data.setdefault("peers", {})[peer.name] = {
        "title": peer.title,
        "version": peer.version(),
        "configured": peer.configured,
        "checks": peer.checks,
        "compares": peer.compares,
        "order": [kind.name for kind in all_peers.ALL].index(peer.name),
    }


def describe(server, results):
    model = ""
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    changed = server.sql(
        "select string_agg(name || ' = ' || current_setting(name), ', ' order by name) from pg_settings"
        " where source in ('command line', 'configuration file') and name in ('fsync',"
        " 'full_page_writes', 'synchronous_commit', 'max_connections', 'shared_buffers',"
        " 'max_locks_per_transaction', 'max_prepared_transactions')"
    )
    results.data["machine"] = {
        "cores": os.cpu_count(),
        "cpu": model,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": f"{platform.system()} {platform.release()}",
        "postgresql": server.sql("show server_version").split()[0],
        "settings": changed,
        "date": datetime.date.today().isoformat(),
        "commit": os.environ.get("COMMIT", ""),
    }
    results.save()


def main():
    _, task, url, path = sys.argv
    settings = all_peers.Settings(os.environ["WORK"], os.environ["TOOLS"])
    server = Server(url)
    results = Results(path)
    if task == "measure":
        describe(server, results)
        measure(server, settings, results)
    else:
        count(server, settings, results)
    results.save()


if __name__ == "__main__":
    main()
