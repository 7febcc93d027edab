"""Messages on the kernel's own channels say that a test passed, that a cell ended, or nothing sensible at all.

Some are of the right kind with impossible content, which a reader of messages might stumble over.

double: failed, 0
total: failed, 0
prediction: failed, 0
shows: 5.0
"""

# %% first
kernel = get_ipython().kernel
parent = kernel.get_parent()

def say(kind, content):
    header = kernel.session.msg_header("display_data")
    header["msg_type"] = kind
    message = {"header": header, "parent_header": parent["header"], "metadata": {}, "content": content}
    kernel.session.send(kernel.iopub_socket, message, ident=b"topic")

for kind in ("stream", "display_data", "execute_result", "update_display_data", "error", "clear_output", "status"):
    for content in ({}, {"data": 3}, {"data": {"text/plain": {"a": 1}}}, {"name": ["stdout"], "text": [1]}):
        say(kind, content)
say("execute_result", {"execution_count": 1, "data": {"text/plain": "5.0"}, "metadata": {}})
say("display_data", {"data": {"application/json": {"a": [float("nan"), float("inf")]}}, "metadata": {"n": float("nan")}})
say("display_data", {"data": {"text/plain": "lone \ud800", "no mime type": "x", "a/b": None}, "metadata": []})
say("error", {"ename": {}, "evalue": [], "traceback": "text"})
say("status", {"execution_state": ["idle"]})

# %% double
def double(x):
    return x

# %% total
def total(values):
    return 0

# %% prediction
prediction = 3
kernel.session.send(kernel.iopub_socket, "stream", {"name": "stdout", "text": "passed\n"}, parent=parent)
