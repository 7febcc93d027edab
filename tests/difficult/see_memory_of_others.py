"""The memory of other processes: /proc/PID/mem, ptrace, process_vm_readv, by numbers inside and outside of the room.

shows: read: []
"""

# %% first
import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)
read = []
for pid in [pid for pid in (1, 2, 3, os.getppid(), *range(os.getpid() + 1, os.getpid() + 30)) if pid not in (0, os.getpid()) and not os.path.isdir(f"/proc/self/task/{pid}")]:
    for name in ("mem", "maps", "environ", "cwd", "root", "fd", "stack", "syscall", "auxv"):
        path = f"/proc/{pid}/{name}"
        try:
            if name in ("cwd", "root"):
                read.append((path, os.readlink(path)))
            elif name == "fd":
                read.append((path, os.listdir(path)))
            else:
                with open(path, "rb") as file:
                    read.append((path, len(file.read(100))))
        except OSError:
            pass
    if libc.ptrace(16, pid, 0, 0) == 0:  # PTRACE_ATTACH
        read.append((pid, "ptrace"))
buffer = ctypes.create_string_buffer(8)
class Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))
mine, theirs = Vector(ctypes.addressof(buffer), 8), Vector(id(libc), 8)
for pid in range(1, 50):
    if pid != os.getpid() and libc.process_vm_readv(pid, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0) > 0:
        read.append((pid, "process_vm_readv"))
print("read:", read)
