"""Four hundred open files, pipes and sockets.

double: limit|error, 0
total: limit|error, 0
"""

# %% double
import os, socket

kept = []

def double(x):
    try:
        for _ in range(400):
            kept.append(open("/dev/null"))
    finally:
        kept.clear()
    return 2 * x

# %% total
def total(values):
    ends = []
    try:
        for _ in range(200):
            ends += socket.socketpair()
    finally:
        for end in ends:
            end.close()
    return sum(values)
