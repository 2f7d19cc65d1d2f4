"""Whether the system has the socket option of that name for a pair."""
import os
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import show

NUMBERS = {'PASSPIDFD': 76, 'PASSRIGHTS': 83}
end, _ = socket.socketpair()
try:
    end.setsockopt(socket.SOL_SOCKET, NUMBERS[sys.argv[1]], 0)
    show(True)
except OSError:
    show(False)
