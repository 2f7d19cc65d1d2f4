"""Sends back what comes over descriptor 3, then tells what the end looks like."""
import json
import os
import socket
import subprocess
import sys

end = socket.socket(fileno=3)
end.send(end.recv(65536))
names = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'names.py')
seen = subprocess.run([sys.executable, names], pass_fds=[3], capture_output=True, check=True)
print(json.dumps(json.loads(seen.stdout)[0]))
