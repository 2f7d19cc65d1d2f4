"""Passes descriptors of every odd kind on descriptor 3: its own end, epoll, listening and O_PATH ones, pidfds,
memory, devices, files of proc, and sockets that are in flight inside each other."""

import array
import os
import select
import signal
import socket

end = socket.socket(fileno=3)


def pass_on(text, *numbers):
    along = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", numbers))]
    end.sendmsg([text], along)


def attempt(text, make):
    try:
        number = make()
    except (OSError, AttributeError):
        return  # this system has none
    pass_on(text, number)
    if number != 3:
        os.close(number)


def listening(family, address):
    made = socket.socket(family)
    made.bind(address)
    made.listen()
    return made.detach()


def connected():
    one, other = socket.socketpair()
    other.close()
    return one.detach()


def half_shut():
    one, other = socket.socketpair()
    kept.append(other)
    one.shutdown(socket.SHUT_RDWR)
    return one.detach()


def epoll_of_itself():
    first = select.epoll()
    second = select.epoll()
    first.register(second.fileno())
    first.register(3)
    number = os.dup(first.fileno())
    kept.append(second)
    return number


kept = []
attempt(b"own end", lambda: 3)
attempt(b"epoll", lambda: epoll_of_itself())
attempt(b"listening", lambda: listening(socket.AF_UNIX, ""))
attempt(b"listening tcp", lambda: listening(socket.AF_INET, ("127.0.0.1", 0)))
attempt(b"path", lambda: os.open("/", os.O_PATH))
attempt(b"pidfd", lambda: os.pidfd_open(os.getpid()))
attempt(b"pidfd of the parent", lambda: os.pidfd_open(os.getppid()))
attempt(b"memfd", lambda: os.memfd_create("x"))
attempt(b"eventfd", lambda: os.eventfd(1))
attempt(b"memory", lambda: os.open("/proc/self/mem", os.O_RDONLY))
attempt(b"status", lambda: os.open("/proc/self/status", os.O_RDONLY))
attempt(b"folder", lambda: os.open("/proc/self/fd", os.O_RDONLY))
attempt(b"device", lambda: os.open("/dev/full", os.O_WRONLY))
attempt(b"write only", lambda: os.open("/dev/null", os.O_WRONLY))
attempt(b"netlink", lambda: socket.socket(16, socket.SOCK_RAW, 0).detach())
attempt(b"udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).detach())
attempt(b"tcp", lambda: socket.socket(socket.AF_INET).detach())
attempt(b"peer gone", connected)
attempt(b"shut down", half_shut)
# Rings: each socket in flight in the queue of another, and one in its own.
ring = [socket.socketpair() for _ in range(5)]
for place, (one, _) in enumerate(ring):
    _, other = ring[(place + 1) % len(ring)]
    along = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [one.fileno(), other.fileno()]))]
    one.sendmsg([b"ring"], along)
pass_on(b"ring", *(one.fileno() for one, _ in ring))
own = socket.socketpair()
own[0].sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [own[1].fileno()]))])
pass_on(b"own queue", own[1].fileno())
pass_on(b"253", *([2] * 253))
for number in 1, 2, 64:
    end.sendmsg([], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [2] * number))])
end.send(b"done")
signal.pause()
