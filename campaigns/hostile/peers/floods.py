"""Sends on descriptor 3 without end, and reads nothing."""

import array
import socket
import struct
import sys

end = socket.socket(fileno=3)
end.setblocking(True)
what = sys.argv[1]


def frame(body, kind=0, number=0):
    if kind == 0:
        return struct.pack("<I", len(body)) + body
    return struct.pack("<IHBBI", len(body) | 1 << 31, 0, kind, 0, number) + body


def requests():
    number = 0
    while True:
        number = number + 1 & 0xFFFFFFFF
        yield frame(b"a request", 1, number)


try:
    if what == "bytes":
        while True:
            end.send(bytes(65536))
    elif what == "messages":
        while True:
            end.send(bytes(64))
    elif what == "frames":
        many = frame(b"a message") * 5000
        while True:
            end.sendall(many)
    elif what == "requests":
        each = requests()
        if end.type == socket.SOCK_STREAM:
            while True:
                end.sendall(b"".join(next(each) for _ in range(1000)))
        for one in each:
            end.send(one)
    elif what == "descriptors":
        number = array.array("i", [2] * 100)
        while True:
            end.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, number)])
except OSError:
    pass
