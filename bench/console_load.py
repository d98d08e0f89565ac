#!/usr/bin/env python3
"""What consoles do to a running service, from one thread: what they, and others, see.

  console_load.py PORT lists RUNS          times of what the screens ask for
  console_load.py PORT polls SECONDS RUN   50 consoles that poll the events of RUN every 2 s, and
                                           / 50 times a second beside them

Prints a line a figure: NAME MEDIAN P99 MAXIMUM, in milliseconds, and the size of the answer.
"""

import argparse
import asyncio
import json

from http_load import Client

CONSOLES = 50
PAUSE = 2.0  # seconds between two polls of a console

LISTS = {
    "names": "/v1/tenants",
    "first page": "/v1/tenants?sort=attention&limit=100",
    "search": "/v1/tenants?search=99&limit=100",
    "by state": "/v1/tenants?state=lagging&limit=100",
    "later page": "/v1/tenants?limit=100&after=tenant5",
    "one tenant": "/v1/tenants/tenant77",
    "status": "/v1/status?limit=100",
    "plan": "/v1/plan",
    "preview of waves": "/v1/rollout-preview",
    "runs": "/v1/runs?limit=50",
    "versions": "/v1/versions?limit=50",
    "one version": "/v1/versions/1",
}


def figures(name, times, size):
    times = sorted(times)
    p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
    median = times[len(times) // 2]
    print(f"{name:18} {median:8.1f} {p99:8.1f} {times[-1]:8.1f}  {size:9} bytes", flush=True)


async def ask(client, path):
    status, length, took, _ = await client.ask("GET", path)
    if status != 200:
        raise SystemExit(f"{path}: status {status}")
    return length, took


async def lists(port, runs):
    client = Client(port)
    for name, path in LISTS.items():
        await ask(client, path)
        answers = [await ask(client, path) for _ in range(runs)]
        figures(name, [took for _, took in answers], answers[-1][0])


async def console(port, run, end, times):
    client = Client(port)
    since = 0
    loop = asyncio.get_running_loop()
    while loop.time() < end:
        began = loop.time()
        status, length, took, body = await client.ask(
            "GET", f"/v1/runs/{run}/events?since={since}", keep=True
        )
        if status != 200:
            raise SystemExit(f"events: status {status}")
        since = json.loads(body)["seq"]
        times.append((length, took))
        await asyncio.sleep(max(0, PAUSE - (loop.time() - began)))


async def front_page(port, end, times):
    client = Client(port)
    loop = asyncio.get_running_loop()
    while loop.time() < end:
        times.append(await ask(client, "/"))
        await asyncio.sleep(0.02)


async def polls(port, seconds, run):
    end = asyncio.get_running_loop().time() + seconds
    polled, front = [], []
    await asyncio.gather(
        front_page(port, end, front),
        *(console(port, run, end, polled) for _ in range(CONSOLES)),
    )
    figures("events", [took for _, took in polled], polled[-1][0])
    figures("/", [took for _, took in front], front[-1][0])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("what", choices=["lists", "polls"])
    parser.add_argument("amount", type=int)
    parser.add_argument("run", nargs="?")
    given = parser.parse_args()
    if given.what == "lists":
        asyncio.run(lists(given.port, given.amount))
    else:
        asyncio.run(polls(given.port, given.amount, given.run))


main()
