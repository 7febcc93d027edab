"""All readable memory of the process itself is searched for what the tests know, during calls and after all tests.

Each secret is searched by its first half, and only then compared with the second, so that the search does not itself put
it there. Numbers are searched as text, as Python integers and as machine words. What is really there is found: the last
line shows it.

seconds: 6
double: failed, 0
shout: failed, 0
shows: looked at memory during tests: True
shows: in memory: []
shows: what is there is found: True True
"""

# %% first
import struct

def secrets(prefix, *words):
    return [(prefix.encode(), word.encode()) for word in words]

def integer(front, back, digits):
    """The first and the second part of an integer's bytes in memory, without ever making that integer."""
    whole = front * 10**digits
    low, high = (whole % 2**30 + back) % 2**30, (whole >> 30) + ((whole % 2**30 + back) >> 30)
    low_word, high_word = (whole % 2**32 + back) % 2**32, (whole >> 32) + ((whole % 2**32 + back) >> 32)
    return [(struct.pack("<I", low), struct.pack("<I", high)), (struct.pack("<I", low_word), struct.pack("<I", high_word))]

wanted = [
    *secrets("canary-7c41-", "comment", "message", "closure", "docstring", "solution", "prediction"),
    *secrets("canary-7c41-", "environment", "gradebook", "submission"),
    *secrets("CANARY-7C41-", "EXPEC" + "TED!"),
    *secrets("73060101", "51207412"),
    *integer(73060101, 51207412, 8),
]

def scan(wanted):
    """What was found, and how many bytes were looked at."""
    found, looked = [], 0
    with open("/proc/self/maps") as file:
        maps = file.read().splitlines()
    with open("/proc/self/mem", "rb", buffering=0) as memory:
        for line in maps:
            addresses, rights = line.split()[:2]
            start, stop = (int(part, 16) for part in addresses.split("-"))
            if "r" not in rights or "[v" in line or ("site-packages" in line and "w" not in rights):
                continue
            while start < stop:
                try:
                    memory.seek(start)
                    data = memory.read(min(stop - start, 2**22))
                except (OSError, ValueError):
                    break
                looked += len(data)
                for half in {first for first, second in wanted}:
                    place = data.find(half)
                    while place >= 0:
                        behind = data[place + len(half) : place + len(half) + 12]
                        found += [half[:5] for first, second in wanted if first == half and behind.startswith(second)]
                        place = data.find(half, place + 1)
                start += len(data) or 2**22
    return found, looked

results, sizes = [], []

# %% double
def double(x):
    if not isinstance(x, int):
        found, looked = scan(wanted)
        results.extend(found)
        sizes.append(looked)
    return x

# %% shout
def shout(text):
    found, looked = scan(wanted)
    results.extend(found)
    sizes.append(looked)
    return text

# %% last
print("looked at memory during tests:", len(sizes) >= 2 and min(sizes) > 2 * 10**7)
results.extend(scan(wanted)[0])
print("in memory:", results)
text = "-".join(["kontrolle", "6b2f", "steht", "da"])
number = int("".join(["61", "95", "20", "43", "80", "17", "55", "26"]))
print("what is there is found:", bool(scan(secrets("kontrolle-6b2f-", "steht"))[0]), bool(scan(integer(61952043, 80175526, 8))[0]))
