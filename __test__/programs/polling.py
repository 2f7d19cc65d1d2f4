"""K46: poll bits and epoll edges through a pair's life."""
import os
import select
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import ends, show

BITS = ('IN', 'OUT', 'ERR', 'HUP', 'RDHUP')


def names(mask, prefix, module=select):
    return [bit for bit in BITS if mask & getattr(module, prefix + bit)]


def poll(end):
    poller = select.poll()
    poller.register(end, select.POLLIN | select.POLLOUT | select.POLLRDHUP)
    return names(dict(poller.poll(0)).get(end.fileno(), 0), 'POLL')


a, b = ends()
sys.stdin.buffer.read()  # Until then the parent may have them too.
epoll = select.epoll()
epoll.register(b, select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLET)


def edge():
    return [names(mask, 'EPOLL') for _, mask in epoll.poll(0)]


answers = {'fresh': poll(b), 'no edge': edge()}
a.send(b'x')
answers['data'] = poll(b)
answers['edge on data'] = edge()
answers['no second edge'] = edge()
b.recv(16)
answers['empty again'] = poll(b)
a.send(b'y')
answers['edge on the next data'] = edge()
b.recv(16)
a.close()
answers['closed'] = poll(b)
answers['edge on close'] = edge()
show(answers)
