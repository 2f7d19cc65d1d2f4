"""Sets O_NONBLOCK on descriptor 3, as a program may that was given it."""
import json
import os

os.set_blocking(3, False)
print(json.dumps(None))
