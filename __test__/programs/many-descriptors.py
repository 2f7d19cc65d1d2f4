"""Sends TEXT with COUNT descriptors over descriptor 3."""
import os
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import show

end = socket.socket(fileno=3)
nothing = os.open('/dev/null', os.O_RDONLY)
show(socket.send_fds(end, [sys.argv[2].encode()], [nothing] * int(sys.argv[1])))
