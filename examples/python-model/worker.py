"""Serves a model over the wire of a channel: requests that are there together are answered as one batch."""

import json
import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "channel-python"))

from channel import FAILURE, REPLY, REQUEST, Channel
from model import LanguageModel

BATCH = 64


def waiting(channel):
    """The frames that are there, at most BATCH; waits for the first. Empty at the end."""
    frames = []
    while len(frames) < BATCH and (not frames or channel.ready()):
        frame = channel.recv()
        if frame is None:
            break
        frames.append(frame)
    return frames


def main():
    model = LanguageModel()
    channel = Channel(socket.socket(fileno=int(os.environ.get("SOCKETPAIR_FD", "3"))))
    while frames := waiting(channel):
        batch = []
        for kind, id, body, _ in frames:
            if kind != REQUEST:
                continue
            text = json.loads(body).get("text")
            if text:
                batch.append((id, text))
            else:
                channel.send(b"there is no text", kind=FAILURE, id=id)
        results = model.predict([text for _, text in batch])
        for (id, _), (language, certainty) in zip(batch, results):
            answer = {"language": language, "certainty": certainty, "batch": len(batch)}
            channel.send(json.dumps(answer).encode(), kind=REPLY, id=id)


main()
