"""SO_ERROR of descriptor 3, read twice."""
import errno
import json
import socket

end = socket.socket(fileno=3)
errors = [end.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) for _ in range(2)]
print(json.dumps([errno.errorcode.get(error) for error in errors]))
