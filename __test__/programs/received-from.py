"""Receives messages from descriptor 3: the address, control data and flags that came with each."""
import json
import socket
import sys

end = socket.socket(fileno=3)
received = []
for _ in range(int(sys.argv[1])):
    data, control, flags, address = end.recvmsg(65536, 4096)
    received.append({
        'data': data.decode(),
        'control': len(control),
        'flags': flags & ~socket.MSG_CMSG_CLOEXEC,
        'address': address.decode() if address else '',
    })
print(json.dumps(received))
