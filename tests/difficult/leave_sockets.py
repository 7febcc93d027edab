"""Listening sockets, on a port, on an abstract name and on a path, and a server that answers on them.

shows: listening
"""

# %% first
import os, socket, threading

kept = []
for family, address in (
    (socket.AF_INET, ("127.0.0.1", 47113)),
    (socket.AF_INET, ("0.0.0.0", 47114)),
    (socket.AF_UNIX, "\0difficult-left"),
    (socket.AF_UNIX, "/tmp/difficult-left"),
):
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(address)
    listener.listen()
    kept.append(listener)
if os.fork() == 0:
    os.setsid()
    import time
    time.sleep(15)
    os._exit(0)
print("listening")
