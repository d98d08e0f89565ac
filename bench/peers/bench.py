"""Measures the peers: chains of cases, in turn, on one PostgreSQL. Started by run.sh.

A chain is what happens to one database: new files, more files, nothing to do. Each run of a chain
takes every program once, in another order each time, so that whatever else the machine does meets
all of them. Nothing is measured while statements are counted, nor the other way round.

    bench.py measure URL RESULTS    times and memory
    bench.py count URL RESULTS      statements and round trips, on a server with pg_stat_statements

Sizes come from the environment; see README.md. RESULTS is a JSON file; what it holds of other cases
stays, so that cases can be measured one by one.
"""

import os
import random
import sys
import time

import peers
from chains import chains, check
from migrators import Migrators
from peer import Failed
from results import Results, describe, remember
from server import Server
from settings import (
    INDEXED_PEERS,
    LATENCIES,
    LIMIT,
    LONG,
    LONG_RUNS,
    PEERS,
    RUNS,
    VERSION_PEERS,
    Settings,
)
from wire import Wire, real_latency


def say(text):
    print(text, file=sys.stderr, flush=True)


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
            peer.lay_out(numbers, chain.text)
            applied += numbers
            entry = results.entry(chain, step, peer)
            try:
                measured = peer.run(LIMIT)
            except Failed as failure:
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
    names = {"versions": VERSION_PEERS, "indexed": INDEXED_PEERS}.get(chain.name, PEERS)
    found = []
    for kind in peers.ALL:
        if kind.name not in names or (kind.tenants_only and not chain.schemas):
            continue
        peer = kind(settings)
        if peer.available():
            found.append(peer)
        else:
            say(f"{peer.name} is left out: it is not there")
    return found


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
            # Not in a circle: what one leaves behind would always meet the same.
            for peer in random.Random(run).sample(found, len(found)):
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
            elif isinstance(peer, Migrators):
                # The address stands in its configuration.
                config = peer.folder / "migrator.yaml"
                config.write_text(config.read_text().replace(peer.url, wire.url))
            peer.url = wire.url
            peer.lay_out(numbers, chain.text)
            server.sql("select pg_stat_statements_reset()")
            peer.run(LIMIT)
        except Failed as failure:
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


def main():
    _, task, url, path = sys.argv
    settings = Settings(os.environ["WORK"], os.environ["TOOLS"])
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
