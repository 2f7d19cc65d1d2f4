"""K15: the socket options of the ends."""
import os
import socket
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import ends, outcome, show

SOL = socket.SOL_SOCKET
NUMBERS = {
    'ACCEPTCONN': socket.SO_ACCEPTCONN,
    'ERROR': socket.SO_ERROR,
    'RCVLOWAT': socket.SO_RCVLOWAT,
    'SNDLOWAT': socket.SO_SNDLOWAT,
    'KEEPALIVE': socket.SO_KEEPALIVE,
    'BROADCAST': socket.SO_BROADCAST,
    'REUSEADDR': socket.SO_REUSEADDR,
    'REUSEPORT': socket.SO_REUSEPORT,
    'OOBINLINE': socket.SO_OOBINLINE,
    'PASSCRED': socket.SO_PASSCRED,
    'PASSSEC': socket.SO_PASSSEC,
    'PRIORITY': socket.SO_PRIORITY,
    'MARK': socket.SO_MARK,
    'DONTROUTE': socket.SO_DONTROUTE,
    'DEBUG': socket.SO_DEBUG,
    'PEEK_OFF': 42,
}
PEERCRED = 17
UNKNOWN = 9999


def describe(end):
    return {
        'defaults': {name: outcome(end.getsockopt, SOL, number) for name, number in NUMBERS.items()},
        'unknown': outcome(end.getsockopt, SOL, UNKNOWN),
        'TCP_NODELAY': outcome(end.getsockopt, socket.IPPROTO_TCP, socket.TCP_NODELAY),
        'set TCP_NODELAY': outcome(end.setsockopt, socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
        'SOL_PACKET': outcome(end.getsockopt, 263, 1),
        'set PEERCRED': outcome(end.setsockopt, SOL, PEERCRED, struct.pack('3i', 1, 2, 3)),
    }


show([describe(end) for end in ends()])
