"""What poll says of the descriptors 3, 4, …"""
import json
import os
import select

BITS = ('IN', 'PRI', 'OUT', 'ERR', 'HUP', 'NVAL', 'RDHUP')


def bits(fd):
    poll = select.poll()
    poll.register(fd, select.POLLIN | select.POLLPRI | select.POLLOUT | select.POLLRDHUP)
    seen = dict(poll.poll(0)).get(fd, 0)
    return [bit for bit in BITS if seen & getattr(select, f'POLL{bit}')]


def is_open(fd):
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


print(json.dumps([bits(fd) for fd in (3, 4) if is_open(fd)]))
