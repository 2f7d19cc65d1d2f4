"""Moves so many bytes over the stream at descriptor 3, in one blocking call each way."""
import hashlib
import json
import os
import socket
import sys
import threading

what, size = sys.argv[1], int(sys.argv[2])
end = socket.socket(fileno=3)


def hash_of(data):
    return hashlib.sha256(data).hexdigest()


def send(data):
    sent = os.write(3, data)
    if sent != len(data):
        raise SystemExit(f'a blocking write of {len(data)} bytes wrote {sent}')


def receive():
    data = end.recv(size, socket.MSG_WAITALL)
    if len(data) != size:
        raise SystemExit(f'a blocking read of {size} bytes read {len(data)}')
    return data


if what == 'receive':
    print(json.dumps({'calls': 1, 'bytes': size, 'hash': hash_of(receive())}))
elif what == 'send':
    data = os.urandom(size)
    send(data)
    print(json.dumps({'calls': 1, 'bytes': size, 'hash': hash_of(data)}))
else:
    data = os.urandom(size)
    sender = threading.Thread(target=send, args=(data,))
    sender.start()
    received = receive()
    sender.join()
    print(json.dumps({'sent': hash_of(data), 'received': hash_of(received)}))
