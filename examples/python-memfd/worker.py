"""Compresses files that come as descriptors on descriptor 3; started by main.js."""

import fcntl
import gzip
import hashlib
import json
import os
import shutil
import socket
import stat

SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


def compress(descriptor, memory):
    """Compresses a file into a memfd and seals that; gives the SHA-256 of what is in it."""
    # Anything can come: reading a pipe or a terminal might never end.
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise ValueError("no regular file came")
    with gzip.GzipFile(fileobj=memory, mode="wb", compresslevel=1) as packed:
        with open(descriptor, "rb", closefd=False) as file:
            shutil.copyfileobj(file, packed, 1 << 20)
    memory.seek(0)
    digest = hashlib.sha256()
    while piece := memory.read(1 << 20):
        digest.update(piece)
    # From here on nobody can change it, not even who holds a descriptor for writing.
    fcntl.fcntl(memory, fcntl.F_ADD_SEALS, SEALS)
    return digest.hexdigest()


def answer(end, descriptors):
    """Answers a request that came with these descriptors."""
    flags = os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
    with open(os.memfd_create("compressed", flags), "r+b") as memory:
        try:
            digest = compress(descriptors[0], memory)
        except (IndexError, OSError, ValueError) as error:
            end.send(json.dumps({"error": str(error)}).encode())
            return
        said = {"size": os.fstat(memory.fileno()).st_size, "sha256": digest}
        # The message has a descriptor of its own: this one may be closed behind it.
        socket.send_fds(end, [json.dumps(said).encode()], [memory.fileno()])


with socket.socket(fileno=3) as end:
    while True:
        request, descriptors, _, _ = socket.recv_fds(end, 4096, 1)
        if not request:
            break
        try:
            answer(end, descriptors)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
