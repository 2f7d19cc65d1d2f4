"""Sends or receives so many numbered messages over descriptor 3, with blocking calls."""
import json
import socket
import sys

what, count = sys.argv[1], int(sys.argv[2])
end = socket.socket(fileno=3)
for number in range(count):
    message = f'message {number}'.encode()
    if what == 'send':
        end.send(message)
    elif (received := end.recv(65536)) != message:
        raise SystemExit(f'received {received!r} and not {message!r}')
print(json.dumps(count))
