"""What F_GETFL says of the descriptors 3 and 4."""
import fcntl
import json
import os

ACCESS_MODES = {os.O_RDONLY: 'O_RDONLY', os.O_WRONLY: 'O_WRONLY', os.O_RDWR: 'O_RDWR'}


def flags(fd):
    value = fcntl.fcntl(fd, fcntl.F_GETFL)
    return {
        'accessMode': ACCESS_MODES[value & os.O_ACCMODE],
        'nonBlocking': bool(value & os.O_NONBLOCK),
    }


print(json.dumps([flags(fd) for fd in (3, 4)]))
