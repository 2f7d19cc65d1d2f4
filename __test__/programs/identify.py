"""What getsockopt says of the sockets 3 and 4."""
import json
import socket

ends = [socket.socket(fileno=fd) for fd in (3, 4)]
print(json.dumps([
    {
        'type': end.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE),
        'domain': end.getsockopt(socket.SOL_SOCKET, socket.SO_DOMAIN),
        'protocol': end.getsockopt(socket.SOL_SOCKET, socket.SO_PROTOCOL),
    }
    for end in ends
]))
