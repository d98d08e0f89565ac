#!/usr/bin/env python3
"""A stand-in for SQL Server, for the tests of driver: sqlserver. It speaks TDS to the real ODBC
driver, and answers what migrator itself asks as SQL Server would: its tables are in memory, with
transactions and application locks. Of scripts it knows no SQL: it notes them, and does what the
marks in them say:

  raise(NUMBER, LINE)    an error of that number in that line, and the transaction is rolled back
  raise(NUMBER, LINE, P) the same in procedure P
  late(NUMBER, LINE)     first a result, then the error
  print(TEXT)            a message that is no error
  results(N)             N results
  slow                   no answer until the client cancels
  hang up                the connection is closed in the middle of an answer
  close                  the connection is closed without an answer
  end transaction        as if a procedure had said COMMIT
  doom                   the transaction can only be rolled back
  nest                   a transaction is begun and not ended
  rows(N, LENGTH)        N rows of a number, a text of that length, and a time
  echo                   with parameters: a row of them

It writes `port N` on standard error, and a line of JSON for each request into the file that its
first argument names. With two more, PEM files of a certificate and its key, all is encrypted."""
import copy
import datetime
import json
import re
import socket
import sys
import threading
import time

import tds_wire as tds

CERTIFICATE = sys.argv[2:4]
PASSWORD = "S3cret;{} }x\u00fc\U0001F511"
LOCK = threading.RLock()


class Database:
    """What all connections share. Committed state, and the locks of sp_getapplock."""

    def __init__(self):
        self.tables = {}
        self.next_id = {"versions": 1, "migrations": 1, "tenants": 1}
        self.locks = []  # (resource, mode, connection, owner)

    def try_lock(self, resource, mode, connection, owner):
        for held, held_mode, holder, _ in self.locks:
            conflict = "Exclusive" in (mode, held_mode)
            if held == resource and holder is not connection and conflict:
                return False
        self.locks.append((resource, mode, connection, owner))
        return True

    def release(self, connection, owner=None):
        self.locks = [
            lock for lock in self.locks
            if lock[2] is not connection or (owner and lock[3] != owner)
        ]


DATABASE = Database()


LOG = open(sys.argv[1], "a", encoding="utf-8")


def log(**what):
    LOG.write(json.dumps(what) + "\n")
    LOG.flush()


class Failed(Exception):
    def __init__(self, number, text, line=1, procedure=""):
        super().__init__(text)
        self.answer = tds.error(number, text, line, procedure=procedure)


class Connection:
    def __init__(self, sock):
        self.sock = sock
        self.open, self.doomed = 0, False
        self.saved = None
        self.settings = {}

    # ----- transactions

    def begin(self):
        if self.open == 0:
            self.saved = copy.deepcopy(DATABASE.tables)
        self.open += 1

    def commit(self):
        self.open -= 1
        if self.open == 0:
            DATABASE.release(self, "Transaction")

    def rollback(self):
        if self.open:
            DATABASE.tables = self.saved
        self.open, self.doomed = 0, False
        DATABASE.release(self, "Transaction")

    # ----- the session

    def serve(self):
        try:
            kind, payload = tds.read_message(self.sock)
            if kind == tds.PRELOGIN:
                tds.write_message(self.sock, tds.prelogin_answer(1 if CERTIFICATE else 2))
                if CERTIFICATE:
                    self.sock = tds.Encrypted(self.sock, *CERTIFICATE)
                kind, payload = tds.read_message(self.sock)
            login = tds.read_login(payload)
            log(login=login)
            if login["password"] != PASSWORD:
                text = "Login failed for user '%s'." % login["user"]
                tds.write_message(
                    self.sock, tds.error(18456, text, severity=14) + tds.done(tds.DONE_ERROR))
                return
            tds.write_message(self.sock, tds.login_answer(login["database"] or "shop") + tds.done())
            while True:
                self.answer(*tds.read_message(self.sock))
        except (tds.Gone, OSError) as gone:
            log(gone=repr(gone))
        finally:
            with LOCK:
                self.rollback()
                DATABASE.release(self)
            self.sock.close()

    def answer(self, kind, payload):
        if kind == tds.ATTENTION:
            tds.write_message(self.sock, tds.done(tds.DONE_ATTENTION))
            return
        parameters = []
        if kind == tds.RPC:
            name, parameters = tds.read_call(payload)
            text, parameters = self.statement_of(name, parameters)
        else:
            text = tds.read_batch(payload)
        log(text=text, parameters=parameters)
        token = 0xFE if kind == tds.RPC else 0xFD
        if self.do_marks(text):
            return
        with LOCK:
            try:
                body = self.run(text, parameters)
                tds.write_message(self.sock, body + tds.done(token=token))
            except Failed as failed:
                # XACT_ABORT is on in all of migrator's transactions.
                self.rollback()
                tds.write_message(
                    self.sock, failed.answer + tds.done(tds.DONE_ERROR, token=token))

    @staticmethod
    def statement_of(name, parameters):
        if name in (10, "sp_executesql"):
            return parameters[0], parameters[2:]
        if name in (13, "sp_prepexec"):
            return parameters[2], parameters[3:]
        raise ValueError("procedure %s" % name)

    # ----- marks that need more than one answer

    def do_marks(self, text):
        if "slow" in text:
            kind, _ = tds.read_message(self.sock)
            assert kind == tds.ATTENTION
            with LOCK:
                self.rollback()
            log(cancelled=True)
            tds.write_message(self.sock, tds.done(tds.DONE_ATTENTION))
            return True
        if "hang up" in text:
            whole = tds.rows(["long"], [["x" * 100000]]) + tds.done()
            part = tds.struct.pack(">BBHHBB", tds.ANSWER, 0, 4096, 0, 0, 0) + whole[:2000]
            self.sock.sendall(part)
            raise tds.Gone()
        if re.search(r"\bclose\b", text):
            raise tds.Gone()
        return False

    def run(self, text, parameters):
        for pattern, handler in HANDLERS:
            found = re.search(pattern, text, re.S)
            if found:
                return handler(self, text, parameters, found)
        return self.script(text, parameters)

    def script(self, text, parameters):
        body = b""
        for found in re.finditer(r"(raise|late)\((\d+), *(\d+)(?:, *(\w+))?\)", text):
            kind, number, line, procedure = found.groups()
            if kind == "late":
                error = tds.error(int(number), "It failed late.", int(line))
                self.rollback()
                return tds.rows(["int"], [[1]]) + tds.done(tds.DONE_MORE, 1) + error + tds.done(
                    tds.DONE_ERROR | tds.DONE_MORE)
            raise Failed(int(number), "It failed.", int(line), procedure or "")
        for found in re.finditer(r"print\((.*?)\)", text):
            body += tds.info(found.group(1))
        for found in re.finditer(r"results\((\d+)\)", text):
            for number in range(int(found.group(1))):
                body += tds.rows(["int"], [[number]]) + tds.done(tds.DONE_MORE, 1)
        for found in re.finditer(r"rows\((\d+), (\d+)\)", text):
            kinds = ["int", "long", "datetime"]
            text_of = "\u00e4\U0001F600" * (int(found.group(2)) // 2)
            body += tds.rows(
                kinds, [[n, text_of, (46000, 300 * 60 + 150)] for n in range(int(found.group(1)))])
            body += tds.done(tds.DONE_MORE, int(found.group(1)))
        if "echo" in text:
            body += tds.rows(["long"] * len(parameters), [parameters]) + tds.done(tds.DONE_MORE, 1)
        if "end transaction" in text and self.open:
            self.commit()
        if "doom" in text:
            self.doomed = True
        if "nest" in text:
            self.begin()
        return body


# ----- what migrator asks

EPOCH = datetime.datetime(1900, 1, 1)


def as_datetime(text):
    if text is None:
        return None
    passed = datetime.datetime.fromisoformat(text) - EPOCH
    return passed.days, passed.seconds * 300 + passed.microseconds * 300 // 1000000


def now():
    return datetime.datetime.utcnow().isoformat(" ", "milliseconds")


def one_row(kinds, values):
    return tds.rows(kinds, [values]) + tds.done(tds.DONE_MORE, 1)


def table(name):
    if name not in DATABASE.tables:
        raise Failed(208, "Invalid object name 'migrator.migrator_%s'." % name)
    return DATABASE.tables[name]


def state(connection):
    return [connection.open, -1 if connection.doomed else min(connection.open, 1)]


def facts(connection, text, parameters, found):
    return one_row(["text", "text"], ["shop", "us_english"])


def begin(connection, text, parameters, found):
    connection.begin()
    return b""


def ask_state(connection, text, parameters, found):
    return one_row(["int", "int"], state(connection))


def commit(connection, text, parameters, found):
    before = state(connection)
    if before == [1, 1]:
        connection.commit()
    return one_row(["int", "int"], before)


def rollback(connection, text, parameters, found):
    connection.rollback()
    return b""


def get_lock(connection, text, parameters, found):
    resource, mode, owner = found.groups()
    got = DATABASE.try_lock(resource, mode, connection, owner)
    if got and "migrator_lock" in text:
        got = table("lock")[0]["run_id"] == parameters[0]
    return one_row(["int"], [1 if got else 0])


def release_lock(connection, text, parameters, found):
    DATABASE.locks = [
        lock for lock in DATABASE.locks if lock[:1] + lock[2:3] != (found.group(1), connection)
    ]
    return b""


def shape(connection, text, parameters, found):
    names = ["migrations", "migrations", "versions", "tenants", "lock", "runs", "tenant_state",
             "migrations"]
    there = [1 if DATABASE.tables else 0] + [1 if name in DATABASE.tables else 0 for name in names]
    return one_row(["int"] * 9, there)


def create_table(connection, text, parameters, found):
    if found.group(1) in DATABASE.tables:
        raise Failed(2714, "There is already an object named '%s'." % found.group(1))
    DATABASE.tables[found.group(1)] = []
    return b""


def nothing(connection, text, parameters, found):
    return b""


def next_version(connection, text, parameters, found):
    table("versions")
    DATABASE.next_id["versions"] += 1
    return one_row(["int"], [DATABASE.next_id["versions"] - 1])


def insert_version(connection, text, parameters, found):
    if all(row["id"] != int(parameters[0]) for row in table("versions")):
        table("versions").append({"id": int(parameters[0]), "name": parameters[-1], "created": now()})
    return b""


def upsert_lock(connection, text, parameters, found):
    table("lock")[:] = [dict(zip(["run_id", "owner", "request_id", "version_name"], parameters))]
    return b""


def select_now(connection, text, parameters, found):
    return one_row(["varchar"], [now()])


def name_fits(connection, text, parameters, found):
    fits = parameters[0].encode("cp1252", "replace").decode("cp1252") == parameters[0]
    return one_row(["int"], [1 if fits else 0])


def insert_rows(connection, text, parameters, found):
    version = int(re.search(r"checksum, (\d+)\nfrom", text).group(1))
    types = re.findall(r"\((\d+), @P\d+, @P\d+, @P\d+, (\d+),", text)
    names = ["name", "source_dir", "filename", "db_schema", "contents", "checksum"]
    assert len(parameters) == 1 + 6 * len(types), (len(parameters), len(types), text[:500])
    for number, (_, kind) in enumerate(types):
        values = parameters[1 + 6 * number:7 + 6 * number]
        fresh = dict(zip(names, values), type=int(kind), created=parameters[0], version_id=version,
                     id=DATABASE.next_id["migrations"])
        DATABASE.next_id["migrations"] += 1
        table("migrations").append(fresh)
    return b""


def applied(connection, text, parameters, found):
    newest, kinds = {}, {}
    for row in table("migrations"):
        newest[row["filename"]] = row
        kinds[row["filename"]] = kinds.get(row["filename"], 0) or int(row["type"] in (1, 2))
    values = [[name, row["checksum"], kinds[name]] for name, row in newest.items()]
    return tds.rows(["varchar", "varchar", "int"], values) + tds.done(tds.DONE_MORE, len(values))


def counts(connection, text, parameters, found):
    files = json.loads(parameters[0])
    seen = {}
    for row in table("migrations"):
        if row["type"] == 2 and row["filename"] in files:
            seen.setdefault(row["db_schema"], []).append(row["filename"])
    values = [[name, int(sorted(own) == sorted(files))] for name, own in seen.items()]
    return tds.rows(["varchar", "int"], values) + tds.done(tds.DONE_MORE, len(values))


def select_columns(connection, text, parameters, found):
    """A plain select of one of the tables, without a condition but for `id in (...)`."""
    names = [name.strip(" []") for name in found.group(1).split(",")]
    data = list(table(found.group(2)))
    where = re.search(r"where (\w+) = (\S+)", text)
    if where and data:
        wanted = parameters[0] if where.group(2).startswith("@") else where.group(2)
        data = [row for row in data if str(row.get(where.group(1), 1)) == str(wanted)]
    if "order by version_id desc" in text:
        data.sort(key=lambda row: (-row["version_id"], row["id"]))
    kinds = {"id": "int", "type": "int", "version_id": "int", "created": "datetime",
             "statement": "bigint", "contents": "long", "changed": "datetime", "since": "datetime"}
    types = [kinds.get(name, "text") for name in names]
    values = [[as_datetime(row.get(name)) if kind == "datetime" else row.get(name)
               for name, kind in zip(names, types)] for row in data]
    return tds.rows(types, values) + tds.done(tds.DONE_MORE, len(values))


def exists(connection, text, parameters, found):
    wanted = {}
    for name, given in re.findall(r"(\w+) = (\S+)", found.group(2)):
        wanted[name] = parameters.pop(0) if given.startswith("@") else given
    hits = [row for row in table(found.group(1))
            if all(str(row.get(name, 1)) == str(data) for name, data in wanted.items())]
    return tds.rows(["int"], [[1]] * len(hits)) + tds.done(tds.DONE_MORE, len(hits))


def insert_tenant(connection, text, parameters, found):
    table("tenants").append({"id": len(table("tenants")) + 1, "name": parameters[0],
                             "created": parameters[1]})
    return b""


def tenant_state(connection, text, parameters, found):
    log(tenant_state=parameters)
    return b""


HANDLERS = [
    (r"^select db_name\(\)", facts),
    (r"begin transaction$", begin),
    (r"^declare @open int", commit),
    (r"select @@trancount, xact_state\(\)$", ask_state),
    (r"if @@trancount > 0 rollback transaction$", rollback),
    (r"sp_getapplock @Resource = N'(.*?)', @LockMode = N'(.*?)', @LockOwner = N'(.*?)'", get_lock),
    (r"sp_releaseapplock @Resource = N'(.*?)'", release_lock),
    (r"schema_id\(N'migrator'\)", shape),
    (r"^\s*create table migrator\.migrator_(\w+)", create_table),
    (r"^create (schema migrator|index migrator_)", nothing),
    (r"save transaction migrator_version_id", next_version),
    (r"identity_insert migrator\.migrator_versions on", insert_version),
    (r"update migrator\.migrator_lock", upsert_lock),
    (r"^select convert\(varchar", select_now),
    (r"cast\(@P1 as varchar\(400\)\)", name_fits),
    (r"^insert into migrator\.migrator_migrations", insert_rows),
    (r"^select m\.filename", applied),
    (r"^with known as", counts),
    (r"^select 1 from migrator\.migrator_(\w+) where (.*)", exists),
    (r"^select ([\w, \[\]]+) from migrator\.migrator_(\w+)", select_columns),
    (r"^insert into migrator\.migrator_tenants", insert_tenant),
    (r"migrator\.migrator_tenant_state", tenant_state),
    (r"^set lock_timeout -?\d+;\s*$", nothing),
    (r"^set noexec off.*revert", nothing),
    (r"^select 1$", lambda connection, *_: one_row(["int"], [1])),
]


def main():
    listener = socket.create_server(("127.0.0.1", 0))
    sys.stderr.write("port %d\n" % listener.getsockname()[1])
    sys.stderr.flush()
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=Connection(sock).serve, daemon=True).start()


main()
