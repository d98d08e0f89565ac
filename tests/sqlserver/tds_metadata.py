"""What migrator itself asks of SQL Server, answered from tables in memory: the handlers of the
stand-in. Each takes a connection, the text, its parameters and the match of its pattern."""
import datetime
import json
import re

import tds_wire as tds


class Database:
    """What all connections share. Committed state, and the locks of sp_getapplock."""

    def __init__(self):
        self.tables = {}
        self.next_id = {"versions": 1, "migrations": 1, "tenants": 1}
        self.locks = []  # (resource, mode, connection, owner)
        self.effects = []  # of put(...) in scripts

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


class Failed(Exception):
    def __init__(self, number, text, line=1, procedure=""):
        super().__init__(text)
        self.answer = tds.error(number, text, line, procedure=procedure)


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


def add(connection, rows, row):
    rows.append(row)
    connection.changed(lambda: rows.pop(next(i for i, own in enumerate(rows) if own is row)))


def state(connection):
    fenced = any(
        lock[0] == "migrator-work" and lock[2:] == (connection, "Transaction")
        for lock in DATABASE.locks)
    return [connection.open, -1 if connection.doomed else min(connection.open, 1), int(fenced),
            int(connection.marked)]


def facts(connection, text, parameters, found):
    return one_row(["text"] * 3 + ["int"], ["shop", "us_english", "sa", 51])


def waits(connection, text, parameters, found):
    if parameters[0] != "51":
        return tds.rows(["text"] * 11, []) + tds.done(tds.DONE_MORE, 0)
    return one_row(["text"] * 11, [
        "a lock (LCK_M_SCH_M, OBJECT: 5:245575913:0)", "shop", "orders", "77", "app", "10.0.0.7",
        "billing", "61", "idle in a transaction", "select pin from shop.orders where pin = '4711'",
        None])


def begin(connection, text, parameters, found):
    connection.begin()
    return b""


def mark(connection, text, parameters, found):
    connection.marked = True
    return b""


def ask_state(connection, text, parameters, found):
    return one_row(["int"] * 4, state(connection))


def commit(connection, text, parameters, found):
    before = state(connection)
    if connection.loses == "commit":
        raise tds.Gone()
    fence = "and @fence = 1" not in text or before[2]
    if before[:2] == [1, 1] and fence:
        connection.commit()
        connection.marked = False
    if connection.loses == "answer":
        raise tds.Gone()
    return one_row(["int"] * 4, before)


def rollback(connection, text, parameters, found):
    connection.rollback()
    connection.marked = False
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


def forget(connection, text, parameters, found):
    if any(lock[0] == "migrator-work" for lock in DATABASE.locks):
        raise Failed(1222, "A transaction is still open.")
    DATABASE.__init__()
    return b""


def effects(connection, text, parameters, found):
    values = [[row["effect"]] for row in DATABASE.effects]
    return tds.rows(["text"], values) + tds.done(tds.DONE_MORE, len(values))


def drop_locks(connection, text, parameters, found):
    DATABASE.locks = []
    return b""


def shape(connection, text, parameters, found):
    names = ["migrations", "migrations", "versions", "tenants", "lock", "runs", "tenant_state",
             "places", "audit", "migrations"]
    there = [1 if DATABASE.tables else 0] + [1 if name in DATABASE.tables else 0 for name in names]
    return one_row(["int"] * len(there), there)


def create_table(connection, text, parameters, found):
    if found.group(1) in DATABASE.tables:
        raise Failed(2714, "There is already an object named '%s'." % found.group(1))
    name = found.group(1)
    DATABASE.tables[name] = []
    connection.changed(lambda: DATABASE.tables.pop(name))
    return b""


def nothing(connection, text, parameters, found):
    return b""


def reset(connection, text, parameters, found):
    return tds.info("Changed language setting to 'us_english'", 1, 5703)


def next_version(connection, text, parameters, found):
    table("versions")
    DATABASE.next_id["versions"] += 1
    return one_row(["int"], [DATABASE.next_id["versions"] - 1])


def insert_version(connection, text, parameters, found):
    if all(row["id"] != int(parameters[0]) for row in table("versions")):
        fresh = {"id": int(parameters[0]), "name": parameters[-1], "created": now()}
        add(connection, table("versions"), fresh)
    return b""


def upsert_lock(connection, text, parameters, found):
    before = list(table("lock"))
    table("lock")[:] = [dict(zip(["run_id", "owner", "request_id", "version_name"], parameters))]
    connection.changed(lambda: table("lock").__setitem__(slice(None), before))
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
        add(connection, table("migrations"), fresh)
    return b""


def applied(connection, text, parameters, found):
    newest, kinds = {}, {}
    for row in table("migrations"):
        newest[row["filename"]] = row
        kinds[row["filename"]] = kinds.get(row["filename"], 0) | 1 << row["type"] - 1
    values = [[name, row["checksum"], kinds[name], row["id"]] for name, row in newest.items()]
    return tds.rows(["varchar", "varchar", "int", "int"], values) + tds.done(tds.DONE_MORE, len(values))


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
    add(connection, table("tenants"), {"id": len(table("tenants")) + 1, "name": parameters[0],
                                       "created": parameters[1]})
    return b""


def tenant_state(connection, text, parameters, found):
    return b""


HANDLERS = [
    (r"^select db_name\(\)", facts),
    (r"sys\.dm_exec_requests", waits),
    (r"begin transaction$", begin),
    (r"^declare @open int", commit),
    (r"^create table #migrator_mark", mark),
    (r"select @@trancount, xact_state\(\),", ask_state),
    (r"if @@trancount > 0 rollback transaction;", rollback),
    (r"^if .*set identity_insert .* off$", nothing),
    (r"sp_getapplock @Resource = N'(.*?)', @LockMode = N'(.*?)', @LockOwner = N'(.*?)'", get_lock),
    (r"^drop all locks$", drop_locks),
    (r"^forget everything$", forget),
    (r"^all effects$", effects),
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
    (r"^set noexec off.*set language", reset),
    (r"^select 1$", lambda connection, *_: one_row(["int"], [1])),
]
