"""Says TEXT over descriptor 3, COUNT times."""
import os
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import show

end = socket.socket(fileno=3)
for _ in range(int(sys.argv[2])):
    end.send(sys.argv[1].encode())
show('said')
