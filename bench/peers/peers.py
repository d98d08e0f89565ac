"""What is measured: one class for each program.

A peer lays its files out, and says how it is run; measuring is bench.py's. `lays_out` is not
measured. A program that has no notion of tenants runs once for each, as its users do it.
"""

import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

import files

HERE = pathlib.Path(__file__).resolve().parent


def pinned():
    lines = (HERE / "versions.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


class Settings:
    """Where things are; made once by bench.py."""

    def __init__(self, work, tools):
        self.work = pathlib.Path(work)
        self.tools = pathlib.Path(tools)  # measure, wire
        self.migrator = os.environ.get("MIGRATOR", "")
        self.go_migrator = os.environ.get("GO_MIGRATOR", "")
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        self.peers = pathlib.Path(os.environ.get("MIGRATOR_PEERS") or f"{cache}/migrator-peers")


class Failed(Exception):
    pass


class Measured:
    def __init__(self, seconds, peak_kib):
        self.seconds = seconds
        self.peak_kib = peak_kib


class Peer:
    name = ""
    title = ""
    configured = ""
    checks = "nothing"
    compares = False  # what was applied with the files that are there, as migrator does
    again = True  # knows what is applied, so it can be asked again

    def __init__(self, settings):
        self.settings = settings
        self.folder = settings.work / "files" / self.name
        self.schemas = []  # the tenants of this chain; empty without

    def available(self):
        return True

    def version(self):
        return ""

    # What a chain of cases calls, in this order.

    def begin(self, url, schemas):
        """A new chain on an empty database."""
        self.url = url
        self.schemas = schemas
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        (self.folder / "tenants").write_text("".join(s + "\n" for s in schemas))

    def lay_out(self, numbers):
        text = files.tenant if self.schemas else files.single
        self.write(numbers, text)

    def run(self, limit):
        """Runs once; a Measured, or Failed."""
        raise NotImplementedError

    def end(self):
        """After the last case of a chain."""

    def write(self, numbers, text):
        raise NotImplementedError

    def recorded(self):
        """SQL that counts what the program itself has recorded as applied; None: nothing."""
        return None

    def measured(self, command, limit, environment=None):
        out = self.settings.work / "measured"
        out.unlink(missing_ok=True)
        log = self.settings.work / "output"
        with log.open("w") as output:
            process = subprocess.Popen(
                [self.settings.tools / "measure", out, *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                process_group=0,
            )
            try:
                code = process.wait(timeout=limit)
            except subprocess.TimeoutExpired as late:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                raise Failed(f"not done after {limit:.0f} s") from late
        if code != 0:
            raise Failed(f"exit code {code}: {log.read_text()[-1500:]}")
        milliseconds, kib = out.read_text().split()
        return Measured(float(milliseconds) / 1000, int(kib))


def with_parameter(url, parameter):
    return url + ("&" if "?" in url else "?") + parameter


class Psql(Peer):
    """The floor: no check, no record."""

    name = "psql"
    title = "psql"
    configured = (
        "`psql -X -1 -q -f`, all statements in one file and one transaction, each sent when the one"
        " before it is done"
    )
    checks = "nothing; it records nothing and cannot be asked again"
    again = False

    def version(self):
        return subprocess.check_output(["psql", "--version"], text=True).split()[2]

    def write(self, numbers, text):
        with (self.folder / "all.sql").open("w") as out:
            for number in numbers:
                for schema in self.schemas or ["bench"]:
                    out.write(files.in_schema(text(number), schema))

    def run(self, limit):
        command = ["psql", "-X", "-1", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.devnull]
        return self.measured([*command, "-f", self.folder / "all.sql", self.url], limit)


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


class Migrator(Migrators):
    name = "migrator"
    title = "migrator"
    configured = "`migrator apply --quiet`, default settings: one transaction for all"
    checks = "SHA-256 of every applied file; a lock; records contents"
    compares = True

    def available(self):
        return bool(self.settings.migrator)

    def version(self):
        return subprocess.check_output([self.settings.migrator, "--version"], text=True).split()[1]

    def run(self, limit):
        config = self.folder / "migrator.yaml"
        command = [self.settings.migrator, "--config", config, "apply", "--quiet"]
        return self.measured(command, limit)


class MigratorTenants(Migrator):
    name = "migrator-tenant"
    title = "migrator, `atomicity: tenant`"
    configured = "`migrator apply --quiet`, `atomicity: tenant`, `parallelism: 2`"

    def more(self):
        return "atomicity: tenant\nparallelism: 2\n"


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
        return Migrator.version(self)

    def program(self):
        return [self.settings.migrator, "--config", self.folder / "migrator.yaml"]


class JavaPeer(Peer):
    version_key = ""
    main = ""

    def home(self):
        return self.settings.peers / f"{self.folder_name()}-{self.version()}"

    def folder_name(self):
        return self.name

    def version(self):
        return pinned()[self.version_key]

    def available(self):
        return (self.home() / "classes" / f"{self.main}.class").exists()

    def jdbc(self):
        return "jdbc:postgresql:" + self.url.split(":", 1)[1].replace("postgres@", "")

    def java(self, *arguments):
        path = f"{self.home()}/classes:{self.home()}/lib/*"
        return ["java", "-cp", path, self.main, *map(str, arguments)]

    def tenants_file(self):
        return [self.folder / "tenants"] if self.schemas else []


class Flyway(JavaPeer):
    name = "flyway"
    title = "Flyway"
    configured = (
        "its Java API in a JVM of its own (less than its command line does), defaults: a"
        " transaction for each file; all tenants in one JVM"
    )
    checks = "CRC32 of every applied file; a lock"
    compares = True
    version_key = "FLYWAY_VERSION"
    main = "FlywayRun"
    group = "each"

    def folder_name(self):
        return "flyway"

    def write(self, numbers, text):
        form = files.unqualified if self.schemas else lambda t: files.in_schema(t, "bench")
        folder = self.folder / "files"
        files.write(folder, numbers, lambda number: form(text(number)), files.for_flyway)

    def run(self, limit):
        arguments = [self.jdbc(), self.folder / "files", self.group, *self.tenants_file()]
        return self.measured(self.java(*arguments), limit)

    def recorded(self):
        if self.schemas:
            return f"select count(*) from {self.schemas[-1]}.flyway_schema_history"
        return "select count(*) from flyway_schema_history"


class FlywayGroup(Flyway):
    name = "flyway-group"
    title = "Flyway, `group`"
    configured = "as above, with `group`: all pending files in one transaction"
    group = "group"


class Liquibase(JavaPeer):
    name = "liquibase"
    title = "Liquibase"
    configured = (
        "its Java API in a JVM of its own, defaults: formatted SQL by `includeAll`, a transaction"
        " for each change set; all tenants in one JVM"
    )
    checks = "MD5 of every applied file; a lock"
    compares = True
    version_key = "LIQUIBASE_VERSION"
    main = "LiquibaseRun"

    def begin(self, url, schemas):
        super().begin(url, schemas)
        (self.folder / "changelog.xml").write_text(files.CHANGELOG)

    def write(self, numbers, text):
        form = files.unqualified if self.schemas else lambda t: files.in_schema(t, "bench")
        folder = self.folder / "files"
        files.write(folder, numbers, lambda number: form(text(number)), files.for_liquibase)

    def run(self, limit):
        arguments = [self.jdbc(), self.folder, *self.tenants_file()]
        environment = {"LIQUIBASE_ANALYTICS_ENABLED": "false"}
        return self.measured(self.java(*arguments), limit, environment)

    def recorded(self):
        schema = self.schemas[-1] if self.schemas else "public"
        return f"select count(*) from {schema}.databasechangelog"


class GoPeer(Peer):
    version_key = ""
    binary = ""
    form = None

    def version(self):
        return pinned()[self.version_key]

    def program(self):
        return self.settings.peers / f"{self.name}-{self.version()}" / self.binary

    def available(self):
        return self.program().exists()

    def write(self, numbers, text):
        form = files.unqualified if self.schemas else lambda t: files.in_schema(t, "bench")
        folder = self.folder / "files"
        files.write(folder, numbers, lambda number: form(text(number)), type(self).form)

    def command(self, url):
        raise NotImplementedError

    def run(self, limit):
        if not self.schemas:
            return self.measured(self.command(self.url), limit)
        # One process for each tenant, one after the other; memory is that of the largest.
        loop = 'while read -r tenant; do "${@//@tenant@/$tenant}" || exit; done <"$TENANTS"'
        command = self.command(with_parameter(self.url, "search_path=@tenant@"))
        environment = {"TENANTS": str(self.folder / "tenants")}
        return self.measured(["bash", "-c", loop, "loop", *command], limit, environment)


class Goose(GoPeer):
    name = "goose"
    title = "goose"
    configured = "`goose up`, defaults: a transaction for each file; one process for each tenant"
    checks = "no checksums, no lock"
    version_key = "GOOSE_VERSION"
    binary = "goose"
    form = staticmethod(files.for_goose)

    def command(self, url):
        return [str(self.program()), "-dir", str(self.folder / "files"), "postgres", url, "up"]

    def recorded(self):
        schema = self.schemas[-1] if self.schemas else "public"
        return f"select count(*) - 1 from {schema}.goose_db_version"


class GolangMigrate(GoPeer):
    name = "golang-migrate"
    title = "golang-migrate"
    configured = "`migrate up`, defaults: a message for each file; one process for each tenant"
    checks = "a lock; no checksums, it knows the last file only"
    version_key = "GOLANG_MIGRATE_VERSION"
    binary = "migrate"
    form = staticmethod(files.for_golang_migrate)

    def command(self, url):
        folder = str(self.folder / "files")
        return [str(self.program()), "-path", folder, "-database", url, "up"]

    def recorded(self):
        schema = self.schemas[-1] if self.schemas else "public"
        return f"select version from {schema}.schema_migrations where not dirty"


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


ALL = [
    Migrator,
    MigratorTenants,
    GoMigrator,
    Flyway,
    FlywayGroup,
    Liquibase,
    Goose,
    GolangMigrate,
    Psql,
    MigratorService,
]
