"""Sets SO_RCVTIMEO and SO_SNDTIMEO of descriptor 3 to a millisecond."""
import json
import socket
import struct

end = socket.socket(fileno=3)
for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
    end.setsockopt(socket.SOL_SOCKET, option, struct.pack('ll', 0, 1000))
print(json.dumps(None))
