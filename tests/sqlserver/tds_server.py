#!/usr/bin/env python3
"""A stand-in for SQL Server, for the tests of driver: sqlserver. It speaks TDS to the real ODBC
driver, and answers what migrator itself asks as SQL Server would: its tables are in memory, with
transactions and application locks. Of scripts it knows no SQL: it notes them, and does what the
marks in them say:

  raise(NUMBER, LINE)    an error of that number in that line, and the transaction is rolled back
  raise(NUMBER, LINE, P) the same in procedure P
  late(NUMBER, LINE)     first a result, then the error
  put(NAME)              an effect, which a rollback takes back
  print(TEXT)            a message that is no error
  results(N)             N results
  slow                   no answer until the client cancels
  hang up                the connection is closed in the middle of an answer
  close                  the connection is closed without an answer
  close once             the same, but only for the first that asks
  locked once            error 1222, a lock that was not free in time, for the first that asks
  meet(N)                no answer until N connections have asked it
  end transaction        as if a procedure had said COMMIT
  undo transaction       as if a procedure had said ROLLBACK
  other transaction      as if a procedure had said COMMIT and BEGIN TRANSACTION
  procedure commits      what Babelfish does then: it commits, the temporary tables of the
                         transaction are gone, and error 266 follows
  doom                   the transaction can only be rolled back
  nest                   a transaction is begun and not ended
  lose commit            the connection is closed at the next COMMIT, which does not take place
  lose answer            the same, and it does
  rows(N, LENGTH)        N rows of a number, a text of that length, and a time
  echo                   with parameters: a row of them

It writes `port N` on standard error, and a line of JSON for each request into the file that its
first argument names. With two more, PEM files of a certificate and its key, all is encrypted."""
import json
import re
import socket
import sys
import threading

import tds_metadata as metadata
import tds_wire as tds
from tds_metadata import DATABASE, Failed

CERTIFICATE = sys.argv[2:4]
PASSWORD = "S3cret;{} }x\u00fc\U0001F511"
LOCK = threading.RLock()


FIRST = {}  # by mark: whether somebody has asked
MEETING = threading.Condition()
MET = set()


def is_first(mark):
    with LOCK:
        was = FIRST.get(mark, False)
        FIRST[mark] = True
        return not was


LOG = open(sys.argv[1], "a", encoding="utf-8")


def log(**what):
    LOG.write(json.dumps(what) + "\n")
    LOG.flush()


class Connection:
    def __init__(self, sock):
        self.sock = sock
        self.open, self.doomed = 0, False
        self.marked = False  # its temporary table, which a rollback takes with it
        self.undo = []
        self.loses = None  # "commit" or "answer"

    # ----- transactions

    def begin(self):
        if self.open == 0:
            self.undo = []
        self.open += 1

    def commit(self):
        self.open -= 1
        if self.open == 0:
            DATABASE.release(self, "Transaction")

    def changed(self, undo):
        """`undo` takes back a change to the tables, when the transaction is rolled back."""
        if self.open:
            self.undo.append(undo)

    def rollback(self):
        if self.open:
            for undo in reversed(self.undo):
                undo()
            self.marked = False
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
        if "close once" in text:
            if is_first("close"):
                raise tds.Gone()
        elif re.search(r"\bclose\b", text):
            raise tds.Gone()
        meeting = re.search(r"meet\((\d+)\)", text)
        if meeting:
            with MEETING:
                MET.add(self)
                MEETING.notify_all()
                MEETING.wait_for(lambda: len(MET) >= int(meeting.group(1)), 30)
        return False

    def run(self, text, parameters):
        for pattern, handler in metadata.HANDLERS:
            found = re.search(pattern, text, re.S)
            if found:
                return handler(self, text, parameters, found)
        return self.script(text, parameters)

    def script(self, text, parameters):
        body = b""
        if "locked once" in text and is_first("locked"):
            raise Failed(1222, "Lock request time out period exceeded.")
        if "procedure commits" in text:
            self.commit()
            self.marked = False
            raise Failed(266, "Transaction count after execution indicates a mismatch number of "
                         "BEGIN and COMMIT statements. Previous count 1 current count 0")
        if "raise" in text and "end transaction" in text:
            self.commit()  # before the error, which then finds nothing to roll back
        for found in re.finditer(r"(raise|late)\((\d+), *(\d+)(?:, *(\w+))?\)", text):
            kind, number, line, procedure = found.groups()
            if kind == "late":
                error = tds.error(int(number), "It failed late.", int(line))
                self.rollback()
                return tds.rows(["int"], [[1]]) + tds.done(tds.DONE_MORE, 1) + error + tds.done(
                    tds.DONE_ERROR | tds.DONE_MORE)
            raise Failed(int(number), "It failed.", int(line), procedure or "")
        for found in re.finditer(r"put\((\w+)\)", text):
            metadata.add(self, DATABASE.effects, {"effect": found.group(1)})
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
        if "undo transaction" in text:
            self.rollback()
        if "other transaction" in text:
            self.commit()
            self.begin()
        if "doom" in text:
            self.doomed = True
        found = re.search(r"lose (commit|answer)", text)
        if found:
            self.loses = found.group(1)
        if "nest" in text:
            self.begin()
        return body


def main():
    listener = socket.create_server(("127.0.0.1", 0))
    sys.stderr.write("port %d\n" % listener.getsockname()[1])
    sys.stderr.flush()
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=Connection(sock).serve, daemon=True).start()


main()
