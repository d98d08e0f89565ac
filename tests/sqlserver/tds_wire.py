"""The part of the TDS 7.4 protocol that a stand-in for SQL Server needs: reads the requests of a
client, writes answers, with TLS or without."""
import ssl
import struct

BATCH, RPC, ATTENTION, LOGIN, PRELOGIN = 0x01, 0x03, 0x06, 0x10, 0x12
ANSWER = 0x04
COLLATION = bytes([0x09, 0x04, 0xD0, 0x00, 0x34])
DONE_MORE, DONE_ERROR, DONE_COUNT, DONE_ATTENTION = 0x01, 0x02, 0x10, 0x20


class Gone(Exception):
    """The client has closed the connection."""


def read_exactly(sock, count):
    data = b""
    while len(data) < count:
        piece = sock.recv(count - len(data))
        if not piece:
            raise Gone()
        data += piece
    return data


def read_message(sock):
    """(type, payload) of one request, which may come in several packets."""
    payload = b""
    while True:
        kind, status, length = struct.unpack(">BBH4x", read_exactly(sock, 8))
        payload += read_exactly(sock, length - 8)
        if status & 1:
            return kind, payload


def write_message(sock, payload, size=4096):
    pieces = [payload[i:i + size - 8] for i in range(0, len(payload), size - 8)] or [b""]
    for number, piece in enumerate(pieces):
        last = number + 1 == len(pieces)
        header = struct.pack(">BBHHBB", ANSWER, 1 if last else 0, len(piece) + 8, 0, number % 256, 0)
        sock.sendall(header + piece)


class Encrypted:
    """A socket with TLS over it. Its handshake travels inside TDS messages, what follows does not."""

    def __init__(self, sock, certificate, key):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # as in TDS 7: 1.3 comes with TDS 8
        context.load_cert_chain(certificate, key)
        self.sock, self.coming, self.going = sock, ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.coming, self.going, server_side=True)
        while True:
            try:
                self.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self.flush_handshake()
                self.coming.write(read_message(sock)[1])
        self.flush_handshake()

    def flush_handshake(self):
        data = self.going.read()
        if data:
            header = struct.pack(">BBHHBB", PRELOGIN, 1, len(data) + 8, 0, 0, 0)
            self.sock.sendall(header + data)

    def recv(self, count):
        while True:
            try:
                return self.tls.read(count)
            except ssl.SSLWantReadError:
                data = self.sock.recv(65536)
                if not data:
                    return b""
                self.coming.write(data)
            except ssl.SSLZeroReturnError:
                return b""

    def sendall(self, data):
        self.tls.write(data)
        self.sock.sendall(self.going.read())

    def close(self):
        self.sock.close()


def short_text(text):
    return struct.pack("<B", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def long_text(text):
    return struct.pack("<H", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def prelogin_answer(encryption):
    options = [(0, bytes([16, 0, 0, 0, 0, 0])), (1, bytes([encryption])), (2, b"\0"), (3, b""),
               (4, b"\0")]
    offset = 5 * len(options) + 1
    head, body = b"", b""
    for number, value in options:
        head += struct.pack(">BHH", number, offset + len(body), len(value))
        body += value
    return head + b"\xff" + body


def read_login(payload):
    """What a client says of itself, its password in clear."""
    fields = {}
    names = ["host", "user", "password", "app", "server", None, "library", "language", "database"]
    for number, name in enumerate(names):
        offset, count = struct.unpack_from("<HH", payload, 36 + 4 * number)
        data = payload[offset:offset + 2 * count]
        if name == "password":
            data = bytes(((b ^ 0xA5) << 4 & 0xF0) | ((b ^ 0xA5) >> 4) for b in data)
        if name:
            fields[name] = data.decode("utf-16-le")
    return fields


def login_answer(database):
    name = "Microsoft SQL Server"
    ack = struct.pack("<B", 1) + struct.pack(">I", 0x74000004) + short_text(name) + bytes(
        [16, 0, 0, 0])
    change = bytes([7, 5]) + COLLATION + bytes([0])
    used = bytes([1]) + short_text(database) + short_text("master")
    return (b"\xe3" + struct.pack("<H", len(change)) + change + b"\xe3" +
            struct.pack("<H", len(used)) + used + b"\xad" + struct.pack("<H", len(ack)) + ack)


def message(token, number, severity, state, text, line, procedure=""):
    body = struct.pack("<iBB", number, state, severity) + long_text(text) + short_text(
        "stand-in") + short_text(procedure) + struct.pack("<I", line)
    return bytes([token]) + struct.pack("<H", len(body)) + body


def error(number, text, line=1, severity=16, state=1, procedure=""):
    return message(0xAA, number, severity, state, text, line, procedure)


def info(text, line=1, number=0):
    return message(0xAB, number, 0, 1, text, line)


def done(status=0, count=None, token=0xFD):
    if count is not None:
        status |= DONE_COUNT
    return bytes([token]) + struct.pack("<HHQ", status, 0, count or 0)


def column(kind, name):
    """kind: int, bigint, datetime, text (up to 4000 characters), long (any length)."""
    types = {
        "int": b"\x26\x04",
        "bigint": b"\x26\x08",
        "datetime": b"\x6f\x08",
        "text": b"\xe7" + struct.pack("<H", 8000) + COLLATION,
        "long": b"\xe7" + struct.pack("<H", 0xFFFF) + COLLATION,
        "varchar": b"\xa7" + struct.pack("<H", 8000) + COLLATION,
    }
    return struct.pack("<IH", 0, 0x0009) + types[kind] + short_text(name)


def value(kind, data):
    if data is None:
        return {"text": b"\xff\xff", "varchar": b"\xff\xff", "long": b"\xff" * 8}.get(kind, b"\0")
    if kind == "int":
        return struct.pack("<Bi", 4, int(data))
    if kind == "bigint":
        return struct.pack("<Bq", 8, int(data))
    if kind == "datetime":
        days, ticks = data
        return struct.pack("<BiI", 8, days, ticks)
    if kind == "varchar":
        encoded = data.encode("cp1252", "replace")
        return struct.pack("<H", len(encoded)) + encoded
    encoded = data.encode("utf-16-le")
    if kind == "text":
        return struct.pack("<H", len(encoded)) + encoded
    pieces = b"".join(
        struct.pack("<I", len(encoded[i:i + 30001])) + encoded[i:i + 30001]
        for i in range(0, len(encoded), 30001))
    return struct.pack("<Q", len(encoded)) + pieces + struct.pack("<I", 0)


def columns(kinds):
    head = b"\x81" + struct.pack("<H", len(kinds))
    return head + b"".join(column(kind, "c%d" % i) for i, kind in enumerate(kinds))


def row(kinds, values):
    return b"\xd1" + b"".join(value(kind, data) for kind, data in zip(kinds, values))


def rows(kinds, all_values):
    return columns(kinds) + b"".join(row(kinds, values) for values in all_values)


def without_headers(payload):
    return payload[struct.unpack_from("<I", payload)[0]:]


def read_batch(payload):
    return without_headers(payload).decode("utf-16-le")


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        found = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return found[0]

    def bytes(self, count):
        self.at += count
        return self.data[self.at - count:self.at]

    def parameter(self):
        self.bytes(2 * self.take("B"))  # its name
        self.take("B")
        kind = self.take("B")
        if kind == 0x26:
            self.take("B")
            size = self.take("B")
            return None if size == 0 else int.from_bytes(self.bytes(size), "little", signed=True)
        if kind == 0xE7:
            most = self.take("H")
            self.bytes(5)
            if most == 0xFFFF:
                return self.plp()
            size = self.take("H")
            return None if size == 0xFFFF else self.bytes(size).decode("utf-16-le")
        if kind == 0x63:
            self.take("I")
            self.bytes(5)
            size = self.take("i")
            return None if size < 0 else self.bytes(size).decode("utf-16-le")
        raise ValueError("parameter of type 0x%x" % kind)

    def plp(self):
        if self.take("Q") == 0xFFFFFFFFFFFFFFFF:
            return None
        data = b""
        while True:
            size = self.take("I")
            if size == 0:
                return data.decode("utf-16-le")
            data += self.bytes(size)


def read_call(payload):
    """(name or number of the procedure, its parameters)"""
    reader = Reader(without_headers(payload))
    length = reader.take("H")
    name = reader.take("H") if length == 0xFFFF else reader.bytes(2 * length).decode("utf-16-le")
    reader.take("H")
    parameters = []
    while reader.at < len(reader.data):
        parameters.append(reader.parameter())
    return name, parameters
