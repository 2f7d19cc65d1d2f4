"""An epoll descriptor over descriptor 3: `make` watches what it receives and sends the watcher; `use` asks one."""
import os
import select
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import show

end = socket.socket(fileno=3)

if sys.argv[1] == 'make':
    _, (watched,), _, _ = socket.recv_fds(end, 10, 1)
    watcher = select.epoll()
    watcher.register(watched, select.EPOLLIN)
    socket.send_fds(end, [b'x'], [watcher.fileno()])
    show('made')
else:
    _, (number,), _, _ = socket.recv_fds(end, 10, 1)
    watcher = select.epoll.fromfd(number)
    before = len(watcher.poll(0))
    end.send(b'quiet')
    end.recv(10)
    show({'before': before, 'after': len(watcher.poll(0))})
