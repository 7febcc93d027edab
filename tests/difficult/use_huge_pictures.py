"""Pictures of many megabytes, under every name that a picture can have, shown, replaced and shown again.

double: passed|too much output, 5
total: passed, 4
"""

# %% double
import os, base64
from IPython.display import HTML, Image, display, update_display

def double(x):
    return 2 * x

# %% after double
data = base64.b64encode(os.urandom(3 * 10**6)).decode()
handle = display({"image/png": data, "image/jpeg": data, "image/svg+xml": data}, raw=True, display_id="picture")
for _ in range(5):
    update_display({"image/png": data}, raw=True, display_id="picture")
display({"application/json": [data] * 3, "text/html": data}, raw=True)
HTML("<img src='data:image/png;base64," + data + "'>")

# %% total
def total(values):
    return sum(values)
