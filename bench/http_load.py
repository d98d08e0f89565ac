#!/usr/bin/env python3
"""Load on a running service, from one thread: what its clients see.

  http_load.py PORT reads RUNS            times of queries over the history, and their sizes
  http_load.py PORT load SECONDS RATE     RATE queries a second; / and /health beside them
                                          with --idle N connections that say nothing, and
                                          --slow N clients that read an answer byte by byte
  http_load.py PORT waiting SECONDS RUNS  RUNS runs that wait, as something else has the lock;
                                          / and /health 50 times a second each beside them

Prints a line a figure: NAME MEDIAN P99 MAXIMUM, in milliseconds.
"""

import argparse
import asyncio
import json
import socket
import time

TENANTS = json.dumps({"query": "{ tenants { name } }"})
APPLY = json.dumps({"mode": "apply", "response": "summary"})
# About 9 MB each: more than the kernel's buffers take, and all of them together fit into the spool.
ROWS = json.dumps(
    {
        "query": "{"
        + " ".join(
            f"v{id}: version(id: {id}) {{ dbMigrations {{ id file schema contents }} }}"
            for id in range(10, 15)
        )
        + "}"
    }
)


def request(method, path, body=""):
    return (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


class Client:
    """One keep-alive connection."""

    def __init__(self, port):
        self.port = port
        self.reader = self.writer = None

    async def ask(self, method, path, body="", keep=False):
        """Status, length of the body, milliseconds until its last byte."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(
                "127.0.0.1", self.port, limit=1 << 20
            )
        began = time.perf_counter()
        self.writer.write(request(method, path, body))
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        status = int(head.split(" ", 2)[1])
        length = next(
            int(line.split(":")[1])
            for line in head.split("\r\n")
            if line.lower().startswith("content-length:")
        )
        left, kept = length, []
        while left:
            piece = await self.reader.read(min(left, 1 << 20))
            if not piece:
                raise ConnectionError("the answer was cut short")
            left -= len(piece)
            if keep:
                kept.append(piece)
        return status, length, (time.perf_counter() - began) * 1000, b"".join(kept)

    def close(self):
        if self.writer is not None:
            self.writer.close()


def show(name, times):
    times = sorted(times)
    p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
    print(f"{name} {times[len(times) // 2]:.2f} {p99:.2f} {times[-1]:.2f}", flush=True)


async def reads(port, runs):
    client = Client(port)
    queries = {
        "versions": "{ versions { id name created } }",
        "rows": "{ versions { dbMigrations { id file schema } } }",
        "contents": "{ versions { dbMigrations { id file schema contents } } }",
    }
    for name, query in queries.items():
        body = json.dumps({"query": query})
        times = []
        for _ in range(runs + 1):
            status, length, took, _ = await client.ask("POST", "/v2/service", body)
            assert status == 200, f"{name}: status {status}"
            times.append(took)
        show(f"{name}({length}_bytes)", times[1:])  # the first one warms up
    client.close()


async def paced(port, method, path, body, seconds, rate, clients):
    """Latency of requests that begin at fixed times, however slow the answers are."""
    free = asyncio.Queue()
    for _ in range(clients):
        free.put_nowait(Client(port))
    times, statuses, pending = [], {}, set()

    async def one(due):
        client = await free.get()
        status, _, _, _ = await client.ask(method, path, body)
        times.append((time.perf_counter() - due) * 1000)
        statuses[status] = statuses.get(status, 0) + 1
        free.put_nowait(client)

    start = time.perf_counter()
    for number in range(int(seconds * rate)):
        due = start + number / rate
        await asyncio.sleep(max(0, due - time.perf_counter()))
        task = asyncio.ensure_future(one(due))
        pending.add(task)
        task.add_done_callback(pending.discard)
    await asyncio.gather(*pending)
    while not free.empty():
        free.get_nowait().close()
    assert set(statuses) == {200}, f"{path}: statuses {statuses}"
    return times


async def slow_reader(port):
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=connection, limit=1024)
    writer.write(request("POST", "/v2/service", ROWS))
    try:
        while await reader.read(512):
            await asyncio.sleep(0.5)
    except (asyncio.CancelledError, ConnectionError):
        pass
    writer.close()


async def load(port, seconds, rate, idle, slow):
    sleepers = [await asyncio.open_connection("127.0.0.1", port) for _ in range(idle)]
    readers = []
    for _ in range(slow):  # one after the other: the queue in front of the workers is short
        readers.append(asyncio.ensure_future(slow_reader(port)))
        await asyncio.sleep(0.2)
    tenants, root, health = await asyncio.gather(
        paced(port, "POST", "/v2/service", TENANTS, seconds, rate, 64),
        paced(port, "GET", "/", "", seconds, 10, 16),
        paced(port, "GET", "/health", "", seconds, 10, 16),
    )
    for name, times in (("tenants", tenants), ("root", root), ("health", health)):
        show(name, times)
    for task in readers:
        task.cancel()
    for _, writer in sleepers:
        writer.close()


async def waiting(port, seconds, runs):
    clients = [Client(port) for _ in range(runs)]
    answers = [
        asyncio.ensure_future(client.ask("POST", "/v1/migrations", APPLY)) for client in clients
    ]
    await asyncio.sleep(2)  # until all of them wait
    assert not any(answer.done() for answer in answers), "a run did not wait"
    root, health = await asyncio.gather(
        paced(port, "GET", "/", "", seconds, 50, 16),
        paced(port, "GET", "/health", "", seconds, 50, 16),
    )
    assert not any(answer.done() for answer in answers), "a run did not wait"
    for name, times in (("root", root), ("health", health)):
        show(name, times)
    for answer in answers:
        answer.cancel()
    for client in clients:
        client.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("what", choices=["reads", "load", "waiting"])
    parser.add_argument("number", type=float)
    parser.add_argument("rate", type=float, nargs="?", default=200)
    parser.add_argument("--idle", type=int, default=0)
    parser.add_argument("--slow", type=int, default=0)
    given = parser.parse_args()
    if given.what == "reads":
        asyncio.run(reads(given.port, int(given.number)))
    elif given.what == "waiting":
        asyncio.run(waiting(given.port, given.number, int(given.rate)))
    else:
        asyncio.run(load(given.port, given.number, given.rate, given.idle, given.slow))


if __name__ == "__main__":
    main()
