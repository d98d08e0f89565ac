"""What all programs that are measured have in common.

A peer lays its files out, and says how it is run; measuring is bench.py's. `lay_out` is not
measured. A program that has no notion of tenants runs once for each, as its users do it.
"""

import os
import pathlib
import signal
import subprocess
import time

import files

HERE = pathlib.Path(__file__).resolve().parent


def pinned():
    lines = (HERE / "versions.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


class Failed(Exception):
    pass


class Measured:
    def __init__(self, seconds, peak_kib):
        self.seconds = seconds
        self.peak_kib = peak_kib


class Peer:
    name = ""
    title = ""
    configured = ""
    checks = "nothing"
    compares = False  # what was applied with the files that are there, as migrator does
    tenants_only = False  # left out where there are none
    again = True  # knows what is applied, so it can be asked again

    def __init__(self, settings):
        self.settings = settings
        self.schemas = []  # the tenants of this chain; empty without

    def available(self):
        return True

    def version(self):
        return ""

    # What a chain of cases calls, in this order.

    def begin(self, url, schemas):
        """A new chain on an empty database."""
        self.url = url
        self.schemas = schemas
        # Not the last one's: see Server.fresh.
        self.folder = self.settings.work / "files" / f"{self.name}-{time.time_ns()}"
        self.folder.mkdir(parents=True)
        (self.folder / "tenants").write_text("".join(s + "\n" for s in schemas))

    def lay_out(self, numbers, text):
        """More files; `text(number)` is what one holds."""
        self.write(numbers, text)

    def run(self, limit):
        """Runs once; a Measured, or Failed."""
        raise NotImplementedError

    def end(self):
        """After the last case of a chain."""

    def write(self, numbers, text):
        raise NotImplementedError

    def recorded(self):
        """SQL that counts what the program itself has recorded as applied; None: nothing."""
        return None

    def measured(self, command, limit, environment=None):
        out = self.settings.work / "measured"
        out.unlink(missing_ok=True)
        log = self.settings.work / "output"
        with log.open("w") as output:
            process = subprocess.Popen(
                [self.settings.tools / "measure", out, *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                process_group=0,
            )
            try:
                code = process.wait(timeout=limit)
            except subprocess.TimeoutExpired as late:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                raise Failed(f"not done after {limit:.0f} s") from late
        if code != 0:
            raise Failed(f"exit code {code}: {log.read_text()[-1500:]}")
        milliseconds, kib = out.read_text().split()
        return Measured(float(milliseconds) / 1000, int(kib))
