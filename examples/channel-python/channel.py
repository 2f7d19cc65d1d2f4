"""The wire of docs/channel-protocol.md over a socket, blocking: raw messages, descriptors, requests."""

import array
import errno
import select
import socket
import struct

EXTENSION, RESERVED, LENGTH = 0x8000_0000, 0x4000_0000, 0x3FFF_FFFF
MESSAGE, REQUEST, REPLY, FAILURE = range(4)
FRAGMENT = 64 * 1024


class BadFrame(Exception):
    """What arrived is no frame."""


class Channel:
    def __init__(self, sock, max_message_bytes=64 * 1024 * 1024):
        self.sock = sock
        self.stream = sock.type == socket.SOCK_STREAM
        self.max = max_message_bytes
        self.received = bytearray()
        self.fds = []

    def send(self, body, fds=(), kind=MESSAGE, id=0):
        """Sends bytes as one frame."""
        if len(body) > self.max:
            raise ValueError("the message is too long")
        if fds or kind != MESSAGE:
            head = struct.pack("<IHBBI", EXTENSION | len(body), len(fds), kind, 0, id)
        else:
            head = struct.pack("<I", len(body))
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        frame = head + body
        if self.stream:
            # Descriptors go with the first byte of the frame, and with nothing of another one.
            sent = self.sock.sendmsg([frame], rights)
            # Nothing more to send is no reason to hear that the peer, which has it all, is gone.
            if sent < len(frame):
                self.sock.sendall(frame[sent:])
            return
        try:
            self.sock.sendmsg([frame], rights)
        except OSError as error:
            if error.errno != errno.EMSGSIZE or self.sock.type == socket.SOCK_DGRAM:
                raise
            for at in range(0, len(frame), FRAGMENT):
                self.sock.sendmsg([frame[at : at + FRAGMENT]], rights if at == 0 else [])

    def recv(self):
        """The next frame: (kind, id, body, fds); None at the end."""
        head = self._take(4)
        if head is None:
            return None
        (word,) = struct.unpack("<I", head)
        length, count, kind, id = word & LENGTH, 0, MESSAGE, 0
        if word & RESERVED:
            raise BadFrame("the reserved bit is set")
        if length > self.max:
            raise BadFrame("the message is too long")
        if word & EXTENSION:
            count, kind, zero, id = struct.unpack("<HBBI", self._take(8, within=True))
            if kind > FAILURE or zero:
                raise BadFrame("an unknown kind")
        body = self._take(length, within=True)
        fds, self.fds = self.fds[:count], self.fds[count:]
        return kind, id, body, fds

    def ready(self):
        """Whether recv() would have something to do at once: bytes are there, or the end is."""
        return bool(self.received) or bool(select.select([self.sock], [], [], 0)[0])

    def _take(self, length, within=False):
        # What was received grows as bytes come: nothing is reserved because a header says so.
        while len(self.received) < length:
            data, fds, _, _ = socket.recv_fds(self.sock, 256 * 1024, 253)
            if not data:
                if within or self.received:
                    raise EOFError("the end in the middle of a frame")
                return None
            self.received += data
            self.fds += fds
        taken = bytes(self.received[:length])
        del self.received[:length]
        return taken
