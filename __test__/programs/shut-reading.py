"""Shuts the reading side of descriptor 3, which the one who passed it can't know."""
import json
import socket

socket.socket(fileno=3).shutdown(socket.SHUT_RD)
print(json.dumps(None))
