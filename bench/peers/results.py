"""The results file, which also says on what was measured."""

import datetime
import json
import os
import pathlib
import platform

import peers


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


def remember(results, peer):
    results.data.setdefault("peers", {})[peer.name] = {
        "title": peer.title,
        "version": peer.version(),
        "configured": peer.configured,
        "checks": peer.checks,
        "compares": peer.compares,
        "order": [kind.name for kind in peers.ALL].index(peer.name),
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
        " 'full_page_writes', 'synchronous_commit', 'max_connections', 'shared_buffers', 'autovacuum',"
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
