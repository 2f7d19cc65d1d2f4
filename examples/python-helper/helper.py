"""Answers requests on descriptor 3; started by main.js."""

import json
import socket
import statistics

with socket.socket(fileno=3) as end:
    # An empty message would look like the end here. Nobody sends one.
    while request := end.recv(65536):
        numbers = json.loads(request)
        if numbers:
            answer = {"mean": statistics.mean(numbers), "median": statistics.median(numbers)}
        else:
            answer = {"error": "no numbers"}
        end.send(json.dumps(answer).encode())
