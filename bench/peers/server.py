"""The PostgreSQL that is measured on."""

import os
import subprocess


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
