"""Answers requests with upper case, and gives messages back, with their descriptors, until the end."""

import os
import socket

from channel import FAILURE, MESSAGE, REPLY, REQUEST, Channel

channel = Channel(socket.socket(fileno=int(os.environ.get("SOCKETPAIR_FD", "3"))))
while (frame := channel.recv()) is not None:
    kind, id, body, fds = frame
    if kind == MESSAGE:
        channel.send(body, fds)
    elif kind == REQUEST and body:
        channel.send(body.upper(), kind=REPLY, id=id)
    elif kind == REQUEST:
        channel.send(b"an empty request", kind=FAILURE, id=id)
    for fd in fds:
        os.close(fd)
