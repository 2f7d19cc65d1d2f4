"""Reads a few bytes of descriptor 3 now and then."""

import socket
import time

end = socket.socket(fileno=3)
try:
    while end.recv(7):
        time.sleep(0.003)
except OSError:
    pass
