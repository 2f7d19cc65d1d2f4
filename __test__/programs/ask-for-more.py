"""Asks for control data of every other kind on the socket 3; tells which the system has."""
import os
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import show

# Numbers of Linux: SO_TIMESTAMPNS would replace SO_TIMESTAMP.
OPTIONS = {'PASSSEC': 34, 'TIMESTAMP': 29, 'RXQ_OVFL': 40, 'INQ': 84}
end = socket.socket(fileno=3)
taken = []
for name, number in OPTIONS.items():
    try:
        end.setsockopt(socket.SOL_SOCKET, number, 1)
        taken.append(name)
    except OSError:
        pass
show(taken)
