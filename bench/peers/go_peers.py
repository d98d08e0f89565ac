"""goose and golang-migrate, each one process for each tenant."""

import files
from peer import Peer, pinned


def with_parameter(url, parameter):
    return url + ("&" if "?" in url else "?") + parameter


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
