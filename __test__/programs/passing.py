"""Passes descriptors over descriptor 3: HOW (fds, array, reduction, handles) WHAT (send, send-twice, receive, return) COUNT.

Tells how many descriptors it had before, while it had those that were passed, and afterwards.
"""
import array
import os
import socket
import sys
from multiprocessing import connection, reduction

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import show

how, what, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
room = int(sys.argv[4]) if len(sys.argv) > 4 else count
end = socket.socket(fileno=3)
same = connection.Connection(os.dup(3))
TEXT = b'hello'


def opened():
    return len(os.listdir('/proc/self/fd'))


def send(fds):
    if how == 'fds':
        socket.send_fds(end, [TEXT], fds)
    elif how == 'array':
        end.sendmsg([TEXT], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', fds))])
    elif how == 'reduction':
        reduction.sendfds(end, fds)
    else:
        for fd in fds:
            reduction.send_handle(same, fd, os.getppid())


def receive_by_hand():
    fds = array.array('i')
    size = fds.itemsize
    data, control, flags, _ = end.recvmsg(4096, socket.CMSG_LEN(room * size) if room else 0)
    for level, kind, content in control:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds.frombytes(content[:len(content) - len(content) % size])
    return list(fds), bool(flags & socket.MSG_CTRUNC), data.decode()


def receive():
    if how == 'fds':
        data, fds, flags, _ = socket.recv_fds(end, 4096, room)
        return fds, bool(flags & socket.MSG_CTRUNC), data.decode()
    if how == 'array':
        return receive_by_hand()
    if how == 'reduction':
        return reduction.recvfds(end, count), False, None
    return [reduction.recv_handle(same) for _ in range(count)], False, None


answer = {}
before = opened()
if what in ('send', 'send-twice'):
    pipes = [os.pipe() for _ in range(count)]
    for index, (_, writer) in enumerate(pipes):
        os.write(writer, b'number %d' % index)
    meanwhile = opened()
    readers = [reader for reader, _ in pipes]
    for reader in readers:
        os.set_blocking(reader, False)
    if what == 'send':
        send(readers)
    else:
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', readers))
        end.sendmsg([TEXT], [rights, rights])
    for pair in pipes:
        os.close(pair[0])
        os.close(pair[1])
    end.recv(100)
else:
    fds, answer['truncated'], text = receive()
    meanwhile = opened()
    answer['came'] = len(fds)
    if text is not None:
        answer['text'] = text
    if what == 'return':
        send(fds)
    else:
        for index, fd in enumerate(fds):
            os.write(fd, b'number %d' % index)
        end.send(b'written')
        end.recv(100)
    for fd in fds:
        os.close(fd)
show({**answer, 'open': [before, meanwhile, opened()]})
