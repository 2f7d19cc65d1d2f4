"""K31: what has to do with addresses, on ends that have none."""
import os
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import ends, outcome, show

ABSTRACT = b'\0socketpair-nobody-has-this-name'
a, b = ends()
answers = {
    'send with address': outcome(a.sendto, b'x', ABSTRACT),
    'connect': outcome(a.connect, ABSTRACT),
    'listen': outcome(a.listen, 1),
    'accept': outcome(lambda: a._accept()[0]),
}
# What an ignored address let through.
answers['arrived'] = outcome(b.recv, 64, socket.MSG_DONTWAIT)
a.send(b'unharmed')
answers['a to b'] = outcome(b.recv, 64)
b.send(b'unharmed')
answers['b to a'] = outcome(a.recv, 64)
show(answers)
