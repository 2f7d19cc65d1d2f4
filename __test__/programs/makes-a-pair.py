"""Makes a pair of TYPE and sends one end over descriptor 3; tells who made that pair and ours, as it sees it."""
import os
import socket
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import show

TYPES = {'stream': socket.SOCK_STREAM, 'dgram': socket.SOCK_DGRAM, 'seqpacket': socket.SOCK_SEQPACKET}


def maker(end):
    return struct.unpack('3i', end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]


ours = socket.socket(fileno=3)
kept, sent = socket.socketpair(socket.AF_UNIX, TYPES[sys.argv[1]])
socket.send_fds(ours, [b'x'], [sent.fileno()])
sent.close()
kept.recv(100)
show({'ours': maker(ours), 'theirs': maker(kept)})
