"""Sends frames on descriptor 3, whole ones first, then cut and changed ones, and leaves somehow."""

import random
import socket
import struct
import sys
import time

end = socket.socket(fileno=3)
chance = random.Random(int(sys.argv[1]))


def frame():
    body = chance.choice([b"", b"7", b'{"a":1}', b"[1,2", bytes(chance.randrange(5000))])
    kind = chance.choice([0, 0, 0, 1, 2, 3])
    if kind == 0:
        return struct.pack("<I", len(body)) + body
    header = struct.pack("<IHBBI", len(body) | 1 << 31, chance.choice([0, 0, 3]), kind, 0, chance.randrange(4))
    return header + body


def changed(data):
    data = bytearray(data)
    for _ in range(chance.randrange(3)):
        if data:
            data[chance.randrange(min(16, len(data)))] = chance.randrange(256)
    return bytes(data[: chance.randrange(len(data) + 1)])


try:
    for _ in range(chance.randrange(20)):
        end.sendall(frame())
    for _ in range(chance.randrange(6)):
        end.sendall(changed(frame()))
        if chance.randrange(3) == 0:
            time.sleep(0.005)
    if chance.randrange(3) == 0:
        end.shutdown(socket.SHUT_WR)
    if chance.randrange(3) == 0:
        time.sleep(0.2)
except OSError:
    pass
