"""Unix sockets of the host by path and by abstract name, the sockets listed in /proc, and those under /run and /tmp.

shows: reached: []
"""

# %% first
import glob, socket

names = ["@@UNIX@@", "\0@@ABSTRACT@@", "/run/docker.sock", "/var/run/docker.sock", "/run/dbus/system_bus_socket", "/dev/log", "\0/tmp/.X11-unix/X0"]
names += [line.split()[-1].replace("@", "\0", 1) for line in open("/proc/net/unix").read().splitlines()[1:] if len(line.split()) > 7]
names += glob.glob("/tmp/*") + glob.glob("/run/*") + glob.glob("/tmp/*/*")
reached = []
for name in names:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        with socket.socket(socket.AF_UNIX, kind) as client:
            client.settimeout(0.1)
            try:
                client.connect(name)
                reached.append(name)
            except OSError:
                pass
own = [name for name in reached if "room" in name]
print("reached:", [name for name in reached if name not in own])
