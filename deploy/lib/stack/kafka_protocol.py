"""The few requests of Kafka's wire protocol that the scripts need, so that they depend on no client library and, in tests,
on none of the code under test. Shapes: https://kafka.apache.org/protocol (versions chosen before flexible encodings)."""

import socket
import struct
from dataclasses import dataclass

API_LIST_OFFSETS, API_METADATA, API_OFFSET_FETCH, API_FIND_COORDINATOR = 2, 3, 9, 10
LATEST, EARLIEST = -1, -2


class KafkaError(Exception):
    pass


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def number(self, shape: str) -> int:
        size = struct.calcsize(shape)
        value = struct.unpack_from(">" + shape, self._data, self._at)[0]
        self._at += size
        return value

    def string(self) -> str | None:
        size = self.number("h")
        if size < 0:
            return None
        self._at += size
        return self._data[self._at - size:self._at].decode()

    def array(self, item) -> list:
        return [item() for _ in range(self.number("i"))]


def _string(text: str) -> bytes:
    return struct.pack(">h", len(text)) + text.encode()


def _request(address: str, api: int, version: int, body: bytes, timeout: float) -> _Reader:
    host, port = address.rsplit(":", 1)
    try:
        with socket.create_connection((host, int(port)), timeout=timeout) as connection:
            message = struct.pack(">hhi", api, version, 1) + _string("metricstream-scripts") + body
            connection.sendall(struct.pack(">i", len(message)) + message)
            size = struct.unpack(">i", _exactly(connection, 4))[0]
            return _Reader(_exactly(connection, size)[4:])  # behind the correlation id
    except (OSError, struct.error) as error:
        raise KafkaError(str(error)) from error


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise KafkaError("the broker closed the connection")
        data += part
    return bytes(data)


def _check(code: int, what: str) -> None:
    if code:
        raise KafkaError(f"{what}: Kafka error {code}")


@dataclass
class Committed:
    offset: int  # -1: nothing committed
    metadata: str


def topics(address: str, timeout: float = 2) -> dict[str, int]:
    """Topic name -> number of partitions. Raises KafkaError while no broker is registered: this is the readiness probe."""
    reader = _request(address, API_METADATA, 1, struct.pack(">i", -1), timeout)
    brokers = reader.array(lambda: (reader.number("i"), reader.string(), reader.number("i"), reader.string()))
    if not brokers:
        raise KafkaError("no broker is registered yet")
    reader.number("i")  # controller

    def partition() -> None:
        reader.number("h"), reader.number("i"), reader.number("i")
        reader.array(lambda: reader.number("i")), reader.array(lambda: reader.number("i"))

    def topic() -> tuple[str, int]:
        reader.number("h")
        name = reader.string()
        reader.number("b")
        return name or "", len(reader.array(partition))

    return dict(reader.array(topic))


def end_offsets(address: str, topic: str, partitions: int, timeout: float = 5) -> dict[int, int]:
    """Partition -> offset that the next record will get (one broker, so it leads every partition)."""
    body = struct.pack(">ii", -1, 1) + _string(topic) + struct.pack(">i", partitions)
    body += b"".join(struct.pack(">iq", number, LATEST) for number in range(partitions))
    reader = _request(address, API_LIST_OFFSETS, 1, body, timeout)

    def partition() -> tuple[int, int]:
        number = reader.number("i")
        _check(reader.number("h"), f"end of {topic}/{number}")
        reader.number("q")
        return number, reader.number("q")

    return dict(pair for pairs in reader.array(lambda: (reader.string(), reader.array(partition))[1]) for pair in pairs)


def committed(address: str, group: str, topic: str, partitions: int, timeout: float = 5) -> dict[int, Committed]:
    """Partition -> committed offset and metadata of a consumer group."""
    reader = _request(address, API_FIND_COORDINATOR, 0, _string(group), timeout)
    _check(reader.number("h"), f"coordinator of {group}")
    body = _string(group) + struct.pack(">i", 1) + _string(topic) + struct.pack(">i", partitions)
    body += b"".join(struct.pack(">i", number) for number in range(partitions))
    reader = _request(address, API_OFFSET_FETCH, 1, body, timeout)

    def partition() -> tuple[int, Committed]:
        number = reader.number("i")
        result = Committed(reader.number("q"), reader.string() or "")
        _check(reader.number("h"), f"committed offset of {topic}/{number}")
        return number, result

    return dict(pair for pairs in reader.array(lambda: (reader.string(), reader.array(partition))[1]) for pair in pairs)
