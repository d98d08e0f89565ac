"""Who is measured: psql, and the list of all."""

import os
import subprocess

import files
from go_peers import Goose, GolangMigrate
from jvm_peers import Flyway, FlywayGroup, Liquibase
from migrators import Baseline, GoMigrator, Migrator, MigratorService, MigratorTenants
from peer import Peer


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


ALL = [
    Migrator,
    Baseline,
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
