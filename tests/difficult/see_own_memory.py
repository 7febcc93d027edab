"""All readable memory of the process itself is searched for what the tests know, during a call and afterwards.

Each secret is searched by its first half, and only then compared with the second, so that the search does not itself put
it there. A text that is really there is found: the last line shows it.

seconds: 20
double: failed, 0
shout: failed, 0
shows: looked at memory during tests: True
shows: in memory: []
shows: what is there is found: True
"""

# %% first
import time

halves = [
    ("canary-7c41-", ("comment", "message", "closure", "docstring", "solution", "prediction", "environment", "gradebook")),
    ("CANARY-7C41-", ("EXPEC" + "TED!",)),
    ("73060101", ("51207412",)),
]

def scan(halves, seconds=8.0):
    found, end, looked = [], time.monotonic() + seconds, 0
    with open("/proc/self/maps") as file:
        maps = file.read().splitlines()
    with open("/proc/self/mem", "rb", buffering=0) as memory:
        for line in maps:
            addresses, rights = line.split()[:2]
            start, stop = (int(part, 16) for part in addresses.split("-"))
            if "r" not in rights or "[v" in line or stop - start > 2**28 or ("site-packages" in line and "w" not in rights):
                continue
            while start < stop:
                try:
                    memory.seek(start)
                    data = memory.read(min(stop - start, 2**22))
                except (OSError, ValueError):
                    break
                looked += len(data)
                for first, seconds_half in halves:
                    for encoding in ("ascii",):
                        half = first.encode(encoding)
                        place = data.find(half)
                        while place >= 0:
                            behind = data[place + len(half) : place + len(half) + 60].decode(encoding, "replace")
                            for word in seconds_half:
                                if behind.startswith(word):
                                    found.append(first[:6] + "..." + word[:4])
                            place = data.find(half, place + 1)
                start += len(data) or 2**22
    return found, looked if time.monotonic() < end else 0

results, sizes = [], []

# %% double
def double(x):
    if not isinstance(x, int):
        found, looked = scan(halves)
        results.extend(found)
        sizes.append(looked)
    return x

# %% shout
def shout(text):
    found, looked = scan(halves)
    results.extend(found)
    sizes.append(looked)
    return text

# %% last
print("looked at memory during tests:", len(sizes) >= 2 and min(sizes) > 10**7)
results.extend(scan(halves)[0])
print("in memory:", results)
control = "-".join(["kontrolle", "6b2f", "steht", "da"])
print("what is there is found:", bool(scan([("kontrolle-6b2f-", ("ste" + "ht",))])[0]))
