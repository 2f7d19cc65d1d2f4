"""Reads the stream at descriptor 3 to its end, and tells how many bytes it had."""
import json
import os

total = 0
while True:
    data = os.read(3, 65536)
    if not data:
        break
    total += len(data)
print(json.dumps({'bytes': total}))
