"""The two programs called migrator: this one and the Go program."""

import http.client
import json
import os
import pathlib
import socket
import subprocess
import time

import files
from peer import Failed, Measured, Peer


class Migrators(Peer):
    """Both programs called migrator: the same files, the same configuration."""

    def begin(self, url, schemas):
        super().begin(url, schemas)
        kinds = "singleMigrations: [bench]\n"
        if schemas:
            (self.folder / "files" / "bench").mkdir(parents=True)
            kinds += (
                "tenantMigrations: [tenants]\n"
                "tenantSelect: select name from fleet.tenants order by id\n"
                "tenantInsert: insert into fleet.tenants (name) values ($1)\n"
            )
        (self.folder / "migrator.yaml").write_text(
            f"baseLocation: {self.folder / 'files'}\n"
            "driver: postgres\n"
            f'dataSource: "{self.address(url)}"\n'
            f"{kinds}logLevel: ERROR\n{self.more()}"
        )

    def address(self, url):
        return url

    def more(self):
        return ""

    def write(self, numbers, text):
        folder = self.folder / "files" / ("tenants" if self.schemas else "bench")
        files.write(folder, numbers, text, files.as_is)

    def recorded(self):
        return "select count(*) from migrator.migrator_migrations"


def version_of(program):
    return subprocess.check_output([program, "--version"], text=True).split()[1]


class Migrator(Migrators):
    name = "migrator"
    title = "migrator"
    configured = "`migrator apply --quiet`, default settings: one transaction for all"
    checks = "SHA-256 of every applied file; a lock; records contents"
    compares = True

    def program(self):
        return self.settings.migrator

    def available(self):
        return bool(self.program())

    def version(self):
        return version_of(self.program())

    def run(self, limit):
        config = self.folder / "migrator.yaml"
        return self.measured([self.program(), "--config", config, "apply", "--quiet"], limit)


class Baseline(Migrator):
    """Another build of this program, to see what a change costs."""

    name = "baseline"
    title = "migrator, another build"

    def program(self):
        return self.settings.baseline


class MigratorTenants(Migrator):
    name = "migrator-tenant"
    title = "migrator, `atomicity: tenant`"
    configured = "`migrator apply --quiet`, `atomicity: tenant`, `parallelism: 4`"
    tenants_only = True

    def more(self):
        return "atomicity: tenant\nparallelism: 4\n"


class Service(Migrators):
    """An HTTP service that is started, asked once, and ended; or kept for a whole chain."""

    keep = False
    path = "/v2/service"

    def begin(self, url, schemas):
        super().begin(url, schemas)
        self.process = None
        self.port = free_port()
        with (self.folder / "migrator.yaml").open("a") as config:
            config.write(f'port: "{self.port}"\n')

    def program(self):
        raise NotImplementedError

    def start(self):
        self.log = (self.settings.work / "output").open("w")
        self.process = subprocess.Popen(
            self.program(),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        for _ in range(5000):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=None)
                connection.connect()
                return connection
            except OSError:
                if self.process.poll() is not None:
                    raise Failed(f"ended with exit code {self.process.returncode}") from None
                time.sleep(0.002)
        raise Failed("does not listen")

    def run(self, limit):
        begin = time.monotonic()
        if self.process is None:
            connection = self.start()
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port)
            connection.connect()
        connection.sock.settimeout(limit)
        query = 'mutation { createVersion(input: {versionName: "bench"}) { summary { tenants } } }'
        try:
            connection.request(
                "POST", self.path, json.dumps({"query": query}), {"Content-Type": "application/json"}
            )
            answer = connection.getresponse()
            body = answer.read().decode()
        except TimeoutError as late:
            self.end()
            raise Failed(f"not done after {limit:.0f} s") from late
        took = time.monotonic() - begin
        peak = high_water(self.process.pid)
        connection.close()
        if not self.keep:
            self.end()
        if answer.status != 200 or '"errors"' in body:
            self.end()
            raise Failed(f"status {answer.status}: {body[:1500]}")
        return Measured(took, peak)

    def end(self):
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        self.process = None
        self.log.close()


class GoMigrator(Service):
    name = "go-migrator"
    title = "Go migrator"
    configured = (
        "started, asked by `createVersion` (GraphQL), killed when the answer is there; one"
        " transaction for all"
    )
    checks = "no checksums (its current API does not compare them), no lock; records contents"

    def available(self):
        return bool(self.settings.go_migrator)

    def version(self):
        return os.environ.get("GO_MIGRATOR_VERSION", "given by its path")

    def program(self):
        return [self.settings.go_migrator, "-configFile", self.folder / "migrator.yaml"]


class MigratorService(Service):
    name = "migrator-service"
    title = "migrator, kept running"
    configured = "as a service, asked by `createVersion` (GraphQL); one process for all versions"
    checks = Migrator.checks
    compares = True
    keep = True

    def available(self):
        return bool(self.settings.migrator)

    def version(self):
        return version_of(self.settings.migrator)

    def program(self):
        return [self.settings.migrator, "--config", self.folder / "migrator.yaml"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def high_water(pid):
    """VmHWM of a process in KiB: the most memory it has had."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0
