"""Which control data the socket 3 asks for."""
import os
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import show

end = socket.socket(fileno=3)
show({'PASSCRED': end.getsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED)})
