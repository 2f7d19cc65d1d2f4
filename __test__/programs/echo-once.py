"""Sends back in capitals what comes over descriptor 3."""
import json
import socket

end = socket.socket(fileno=3)
print(json.dumps(end.send(end.recv(65536).upper())))
