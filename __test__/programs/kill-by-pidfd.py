"""Receives two descriptors over 3, the first of a process, and ends that one; tells how many came."""
import os
import signal
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import show

_, fds, _, _ = socket.recv_fds(socket.socket(fileno=3), 10, 2)
signal.pidfd_send_signal(fds[0], signal.SIGUSR1)
show(len(fds))
