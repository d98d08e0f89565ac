"""The way between a program and the server, and how long it takes."""

import json
import signal
import socket
import statistics
import subprocess
import threading
import time


class Wire:
    """bench/wire.cpp between a program and the server, or nothing at all."""

    def __init__(self, port, settings, latency_ms, counting=False):
        self.process = None
        if latency_ms or counting:
            self.process = subprocess.Popen(
                [settings.tools / "wire", str(port), str(int(latency_ms * 1000))],
                stdout=subprocess.PIPE,
                text=True,
            )
            port = int(self.process.stdout.readline())
        self.port = port
        self.url = f"postgres://postgres@127.0.0.1:{port}/bench?sslmode=disable"

    def end(self):
        """What it has seen."""
        if self.process is None:
            return {}
        self.process.send_signal(signal.SIGTERM)
        seen = json.loads(self.process.stdout.readline())
        self.process.wait()
        return seen


def echo_once(listener):
    connection, _ = listener.accept()
    with connection:
        while data := connection.recv(1024):
            connection.sendall(data)


def real_latency(settings, latency_ms):
    """What a round trip through the wire takes, in ms: the median of 300."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=echo_once, args=(listener,), daemon=True).start()
        wire = Wire(listener.getsockname()[1], settings, latency_ms, counting=True)
        took = []
        with socket.create_connection(("127.0.0.1", wire.port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for _ in range(300):
                begin = time.perf_counter()
                connection.sendall(b"x" * 200)
                connection.recv(1024)
                took.append((time.perf_counter() - begin) * 1000)
        wire.end()
    return round(statistics.median(took), 3)
