"""Receives over descriptor 3 to the end, and tells the SHA-256 of it."""
import hashlib
import json
import socket

end = socket.socket(fileno=3)
digest = hashlib.sha256()
while data := end.recv(1 << 18):
    digest.update(data)
print(json.dumps(digest.hexdigest()))
