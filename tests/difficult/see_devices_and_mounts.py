"""Devices, mounts, namespaces: what could lead out of the room, and what only an administrator may do.

shows: allowed: []
"""

# %% first
import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)
allowed = []

def attempt(name, call):
    try:
        result = call()
    except (OSError, AttributeError):
        return
    if result not in (-1, None) or name.startswith("open"):
        allowed.append((name, result))

for device in ("/dev/mem", "/dev/kmsg", "/dev/port", "/dev/sda", "/dev/vda", "/dev/loop0", "/dev/fuse", "/dev/kvm", "/dev/net/tun"):
    attempt(f"open {device}", lambda: os.open(device, os.O_RDONLY))
attempt("mknod", lambda: os.mknod("/tmp/disk", 0o60600, os.makedev(8, 0)) or 0)
attempt("mount", lambda: libc.mount(b"none", b"/tmp", b"tmpfs", 0, None))
attempt("bind", lambda: libc.mount(b"/", b"/tmp", None, 4096, None))
attempt("remount", lambda: libc.mount(b"none", b"/", None, 32 | 4096, None))
attempt("umount", lambda: libc.umount2(b"/proc", 2))
attempt("unshare user", lambda: libc.unshare(0x10000000))
attempt("unshare mount", lambda: libc.unshare(0x00020000))
attempt("setns", lambda: libc.setns(os.open("/proc/1/ns/mnt", os.O_RDONLY), 0))
attempt("chroot", lambda: os.chroot("/tmp") or 0)
attempt("setuid", lambda: os.setuid(0) or 0)
attempt("setgid", lambda: os.setgid(0) or 0)
attempt("hostname", lambda: libc.sethostname(b"mine", 4))
attempt("clock", lambda: libc.settimeofday(b"\0" * 16, None))
attempt("nice", lambda: os.nice(-1))
attempt("keys", lambda: libc.syscall(248, b"user", b"x", b"y", 1, -3))
attempt("bpf", lambda: libc.syscall(321, 0, 0, 0))
attempt("io_uring", lambda: libc.syscall(425, 1, 0))
attempt("userfault", lambda: libc.syscall(323, 0))
attempt("perf", lambda: libc.syscall(298, b"\0" * 120, 0, -1, -1, 0))
for path in ("/usr/difficult-left", "/etc/difficult-left", "/difficult-left", "/dev/difficult-left", "/proc/sys/kernel/hostname", "/proc/self/oom_score_adj", "/sys/kernel/x"):
    if path != "/proc/self/oom_score_adj":
        attempt(f"open {path}", lambda: os.open(path, os.O_WRONLY | os.O_CREAT))
print("allowed:", allowed)
