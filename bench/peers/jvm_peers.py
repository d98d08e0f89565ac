"""Flyway and Liquibase, each in one JVM for all tenants."""

import files
from peer import Peer, pinned


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
