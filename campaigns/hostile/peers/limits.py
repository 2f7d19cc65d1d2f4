"""Lowers and raises the limit of descriptors of the process that is named, and sets it back at SIGTERM."""

import resource
import signal
import sys
import time

process = int(sys.argv[1])
before = resource.prlimit(process, resource.RLIMIT_NOFILE)
going = True


def stop(*_):
    global going
    going = False


signal.signal(signal.SIGTERM, stop)
step = 0
while going:
    limit = [8, 40, 100, before[0]][step % 4]
    resource.prlimit(process, resource.RLIMIT_NOFILE, (limit, before[1]))
    step += 1
    time.sleep(0.01)
resource.prlimit(process, resource.RLIMIT_NOFILE, before)
