"""Memory with seals over descriptor 3: `make CONTENT` sends some; `map` receives it and tries what it may."""
import fcntl
import mmap
import os
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import outcome, show

SEALS = {'SEAL': 1, 'SHRINK': 2, 'GROW': 4, 'WRITE': 8}
F_ADD_SEALS = 1033
F_GET_SEALS = 1034
end = socket.socket(fileno=3)

if sys.argv[1] == 'make':
    memory = os.memfd_create('sealed', os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(memory, sys.argv[2].encode())
    fcntl.fcntl(memory, F_ADD_SEALS, sum(SEALS.values()))
    os.lseek(memory, 0, os.SEEK_SET)
    socket.send_fds(end, [b'x'], [memory])
    show('made')
else:
    _, (memory,), _, _ = socket.recv_fds(end, 10, 1)
    size = os.fstat(memory).st_size
    seals = fcntl.fcntl(memory, F_GET_SEALS)
    with mmap.mmap(memory, size, prot=mmap.PROT_READ) as view:
        content = view[:].decode()
    show({
        'content': content,
        'seals': [name for name, bit in SEALS.items() if seals & bit],
        'mapped for writing': outcome(mmap.mmap, memory, size),
        'written': outcome(os.write, memory, b'x'),
        'grown': outcome(os.ftruncate, memory, size + 1),
    })
