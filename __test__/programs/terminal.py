"""Runs argv[2:] in a terminal of its own and does there what argv[1] says: waits for patterns, types.

Prints as JSON what was shown, the exit status as a shell tells it, and when each piece came.
"""
import fcntl
import json
import os
import pty
import re
import select
import struct
import sys
import termios
import time

HANGS_AFTER = 50

steps = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))

began = time.monotonic()
shown = b''
seen = 0
times = []


def take():
    """Takes what is shown next; false when nothing more will be."""
    global shown
    left = began + HANGS_AFTER - time.monotonic()
    if left <= 0 or not select.select([terminal], [], [], left)[0]:
        os.kill(pid, 9)
        raise SystemExit(f'it hangs, after {shown!r}')
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        return False
    times.append(time.monotonic() - began)
    shown += piece
    return piece != b''


for step in steps:
    if 'send' in step:
        os.write(terminal, step['send'].encode())
        continue
    pattern = re.compile(step['until'].encode(), re.DOTALL)
    while not (found := pattern.search(shown, seen)):
        if not take():
            raise SystemExit(f'it ended before {pattern.pattern!r}: {shown!r}')
    seen = found.end()
while take():
    pass
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(json.dumps({
    'output': shown.decode(errors='replace'),
    'status': 128 - status if status < 0 else status,
    'times': times,
}))
