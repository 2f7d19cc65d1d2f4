"""K30: MSG_DONTWAIT, SO_RCVTIMEO and SO_SNDTIMEO."""
import os
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import ends, outcome, show

SOL = socket.SOL_SOCKET


def timed(call, *args):
    start = time.monotonic()
    result = outcome(call, *args)
    return [result, time.monotonic() - start >= 0.045]


a, b = ends()
answers = {'receive at once': timed(a.recv, 1, socket.MSG_DONTWAIT)}
for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
    a.setsockopt(SOL, option, struct.pack('ll', 0, 50_000))
answers['receive in time'] = timed(a.recv, 1)
while outcome(a.send, b'x' * 4096, socket.MSG_DONTWAIT) != 'EAGAIN':
    pass
answers['send at once'] = timed(a.send, b'x' * 4096, socket.MSG_DONTWAIT)
answers['send in time'] = timed(a.send, b'x' * 4096)
answers['out of range'] = [
    outcome(a.setsockopt, SOL, option, struct.pack('ll', 0, usec))
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO)
    for usec in (1_000_000, -1)
]
show(answers)
