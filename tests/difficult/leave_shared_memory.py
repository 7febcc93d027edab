"""Shared memory, semaphores, message queues and locks, of System V and POSIX, by name and by key.

shows: left: 0
"""

# %% first
import ctypes, multiprocessing.shared_memory, multiprocessing.resource_tracker

libc = ctypes.CDLL(None, use_errno=True)
left = 0
for key in range(47113, 47116):
    left += libc.shmget(key, 4096, 0o1666) >= 0
    left += libc.msgget(key, 0o1666) >= 0
    libc.semget(key, 1, 0o1666)
try:
    segment = multiprocessing.shared_memory.SharedMemory("difficult-left", create=True, size=4096)
    multiprocessing.resource_tracker.unregister(segment._name, "shared_memory")
except OSError:
    pass
left += libc.mq_open(b"/difficult-left", 0o102, 0o666, None) >= 0 if hasattr(libc, "mq_open") else 0
semaphore = libc.sem_open(b"/difficult-left", 0o100, 0o666, 1)
print("left:", left)
