"""Sends blocks of 4096 bytes over descriptor 3, each full of its own number, until it is killed."""
import os

number = 0
while True:
    os.write(3, b'%08d' % number * 512)
    number += 1
