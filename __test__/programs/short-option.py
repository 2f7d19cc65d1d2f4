"""Sets SO_SNDBUF and SO_RCVBUF of descriptor 3 with a value that is too short."""
import errno
import json
import socket

end = socket.socket(fileno=3)


def failure(option):
    try:
        end.setsockopt(socket.SOL_SOCKET, option, b'\x00\x10')
    except OSError as error:
        return errno.errorcode[error.errno]
    return None


print(json.dumps([failure(socket.SO_SNDBUF), failure(socket.SO_RCVBUF)]))
