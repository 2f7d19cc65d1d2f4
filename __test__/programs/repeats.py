"""Sends a text so many times over descriptor 3, and ends that direction."""
import json
import socket
import sys

end = socket.socket(fileno=3)
text, times = sys.argv[1].encode(), int(sys.argv[2])
block = text * 1024
for _ in range(times // 1024):
    end.sendall(block)
end.shutdown(socket.SHUT_WR)
print(json.dumps(len(text) * times))
