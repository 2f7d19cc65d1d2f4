"""The child that knows nothing of the package: Python's own socket on descriptor 3."""

import hashlib
import socket
import sys

kind, task, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
end = socket.socket(fileno=3)


def say(line):
    end.sendall(f"{line}\n".encode())


def receive_file():
    # One more byte leaves room to see the end.
    contents = memoryview(bytearray(b"\1") * (size + 1))
    say("ready")
    received = 0
    while count := end.recv_into(contents[received:]):
        received += count
    say(f"received {received}")
    say(f"sha256 {hashlib.sha256(contents[:received]).hexdigest()}")


def count_messages():
    buffer = bytearray(65536 if kind == "stream" else size)
    say("ready")
    counted = 0
    while count := end.recv_into(buffer):
        counted += count if kind == "stream" else 1
    say(f"counted {counted}")


def echo():
    buffer = memoryview(bytearray(size))
    say("ready")
    while count := end.recv_into(buffer):
        end.sendall(buffer[:count])


{"receive": receive_file, "count": count_messages, "echo": echo}[task]()
