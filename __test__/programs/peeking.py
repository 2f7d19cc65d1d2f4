"""K20, K25: MSG_PEEK and MSG_WAITALL."""
import os
import socket
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import ends, outcome, show

PEEK = socket.MSG_PEEK
a, b = ends()
answers = {'empty': outcome(b.recv, 64, PEEK | socket.MSG_DONTWAIT)}
a.send(b'first')
a.send(b'second')
answers['peeks'] = [outcome(b.recv, 64, PEEK) for _ in range(3)]
answers['received'] = [outcome(b.recv, 64)]
answers['rest'] = outcome(b.recv, 64, socket.MSG_DONTWAIT)


def send_in_two():
    a.send(b'x' * 100)
    a.send(b'y' * 100)


sender = threading.Thread(target=send_in_two)
sender.start()
answers['waitall'] = len(b.recv(200, socket.MSG_WAITALL))
sender.join()
answers['waitall rest'] = len(outcome(b.recv, 200, socket.MSG_DONTWAIT))
a.send(b'z' * 100)
answers['waitall, what is there'] = len(b.recv(200, socket.MSG_WAITALL | socket.MSG_DONTWAIT))
show(answers)
