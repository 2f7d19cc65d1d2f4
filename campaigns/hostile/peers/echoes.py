"""Sends back what comes on descriptor 3."""

import socket

end = socket.socket(fileno=3)
try:
    while data := end.recv(65536):
        end.sendall(data)
except OSError:
    pass
