"""TCP and UDP to the host's loopback and beyond, name lookups, raw sockets, and the list of network interfaces.

shows: reached: []
shows: interfaces: ['lo']
"""

# %% first
import socket, threading

reached = []
for address in (("127.0.0.1", int("@@TCP@@")), ("localhost", int("@@TCP@@")), ("127.0.0.2", int("@@TCP@@"))):
    try:
        socket.create_connection(address, timeout=0.2).close()
        reached.append(address)
    except OSError:
        pass
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    sender.settimeout(0.2)
    for port in (int("@@UDP@@"), 53):
        try:
            sender.sendto(b"hello", ("127.0.0.1", port))
            sender.sendto(b"hello", ("127.0.0.1", port))
            sender.recv(1)
            reached.append(("udp", port))
        except OSError:
            pass
for family, kind in ((socket.AF_INET, socket.SOCK_RAW), (socket.AF_PACKET, socket.SOCK_RAW), (socket.AF_NETLINK, socket.SOCK_RAW), (40, socket.SOCK_STREAM), (31, socket.SOCK_STREAM)):
    try:
        socket.socket(family, kind, socket.IPPROTO_ICMP if family == socket.AF_INET else 0).close()
        reached.append((family, kind))
    except OSError:
        pass
def look_up():
    try:
        reached.append(socket.getaddrinfo("example.invalid", 80))
    except OSError:
        pass
thread = threading.Thread(target=look_up, daemon=True)
thread.start()
thread.join(0.5)
print("reached:", reached)
print("interfaces:", sorted(line.split(":")[0].strip() for line in open("/proc/net/dev").read().splitlines()[2:]))
