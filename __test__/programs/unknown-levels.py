"""Sends two descriptors over descriptor 3, between control data of levels that nobody knows."""
import array
import os
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import show

end = socket.socket(fileno=3)
nothing = os.open('/dev/null', os.O_RDONLY)
unknown = [(level, 1, array.array('i', [0, 1, 2])) for level in (41, 999, 65535)]
rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [nothing, nothing]))
show(end.sendmsg([b'text'], [*unknown, rights, *unknown]))
