"""Memory that belongs to no process: shared segments, memory files, temporary file systems, pipes.

double: failed|error|limit|out of memory, 0
total: passed, 4
shows: held less than 64 MB: True
"""

# %% double
import ctypes, fcntl, mmap, os, socket

libc = ctypes.CDLL(None, use_errno=True)
held, kept = 0, []

def hold(name, call):
    global held
    try:
        held += call()
    except (OSError, ValueError, AttributeError):
        pass

def segment():
    number = libc.shmget(0, 64 * 2**20, 0o1600)
    if number < 0:
        return 0
    libc.shmat.restype = ctypes.c_void_p
    address = libc.shmat(number, 0, 0)
    ctypes.memset(address, 1, 64 * 2**20)
    libc.shmdt(ctypes.c_void_p(address))
    return 64 * 2**20

def memory_file():
    descriptor = os.memfd_create("difficult-left")
    return sum(os.write(descriptor, b"x" * 2**20) for _ in range(64))

def anonymous():
    memory = mmap.mmap(-1, 64 * 2**20)
    memory.write(b"x" * (64 * 2**20))
    return 64 * 2**20

def pipe():
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    fcntl.fcntl(writing, 1031, 2**20)
    written = os.write(writing, b"x" * 2**20)
    kept.append((reading, writing))
    return written

def file():
    with open("/dev/shm/difficult-left", "wb") as stream:
        return sum(stream.write(b"x" * 2**20) for _ in range(64))

def double(x):
    for call in (segment, segment, memory_file, anonymous, file, *[pipe] * 4):
        hold(call.__name__, call)
    while kept:
        for descriptor in kept.pop():
            os.close(descriptor)
    return x

double(1)
print("held less than 64 MB:", held < 64 * 2**20)

# %% total
def total(values):
    return sum(values)
