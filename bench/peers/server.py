"""The PostgreSQL that is measured on."""

import os
import subprocess
import time


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
        """A new database `bench`. The last one stays, under another name, until the server goes:
        for minutes after thousands of files were deleted, ext4 takes long to make new ones."""
        if self.sql("select 1 from pg_database where datname = 'bench'"):
            self.sql(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'bench';"
                f" alter database bench rename to measured_{time.time_ns()}"
            )
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
