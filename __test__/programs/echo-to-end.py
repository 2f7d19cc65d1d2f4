"""Sends back what comes over descriptor 3 until the end, and tells how much it was."""
import json
import socket

end = socket.socket(fileno=3)
total = 0
while data := end.recv(1 << 16):
    end.sendall(data)
    total += len(data)
print(json.dumps(total))
