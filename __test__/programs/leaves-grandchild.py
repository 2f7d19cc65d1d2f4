"""Sends a message over descriptor 3 and ends; a process that it leaves behind answers the next one."""
import json
import os
import socket

end = socket.socket(fileno=3)
end.send(b'from the child')
if os.fork() == 0:
    request = end.recv(100)
    try:
        end.send(request.upper())
        outcome = 'sent'
    except OSError as error:
        outcome = os.strerror(error.errno)
    print(json.dumps(outcome), flush=True)
os._exit(0)
