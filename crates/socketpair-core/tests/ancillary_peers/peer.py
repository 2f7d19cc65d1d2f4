"""The other side of tests/ancillary_peers.rs: receives descriptors and sends them back in reverse.

peer.py (fds|reduction|array) SOCKET
"""

import array
import socket
import sys
from multiprocessing import reduction

how, number = sys.argv[1], int(sys.argv[2])
end = socket.socket(fileno=number)
if how == "fds":
    data, fds, flags, _ = socket.recv_fds(end, 16, 253)
    assert not flags & socket.MSG_CTRUNC
    socket.send_fds(end, [data], fds[::-1])
elif how == "reduction":
    fds = reduction.recvfds(end, 3)
    reduction.sendfds(end, fds[::-1])
else:
    data, control, flags, _ = end.recvmsg(16, socket.CMSG_SPACE(4 * 253))
    ((level, kind, payload),) = control
    assert (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS)
    fds = array.array("i")
    fds.frombytes(payload)
    fds.reverse()
    end.sendmsg([data], [(level, kind, fds)])
