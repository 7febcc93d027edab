"""Outputs nested so deeply that they can be read, but not written again.

double: failed, 0
shows: said
"""

# %% double
import json

def double(x):
    return x

kernel = get_ipython().kernel
session = kernel.session
for depth in (50, 200, 300, 400, 450, 480, 500, 700, 900):
    nested = b"[" * depth + b"]" * depth
    content = b'{"data": {"application/json": ' + nested + b'}, "metadata": {"deep": ' + nested + b"}}"
    header = json.dumps(session.msg_header("display_data"), default=str).encode()
    parent = json.dumps(kernel.get_parent()["header"], default=str).encode()
    session.send_raw(kernel.iopub_socket, [header, parent, b"{}", content], ident=b"topic")
print("said")
