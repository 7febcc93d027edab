"""A message whose kind is a list: what cannot be looked up in a table must not stop the grader.

double: failed, 0
shows: said
"""

# %% double
def double(x):
    return x

kernel = get_ipython().kernel
for kind in (["stream"], {"a": 1}, None, 3, "x" * 1000):
    header = kernel.session.msg_header("stream")
    header["msg_type"] = kind
    message = {"header": header, "parent_header": kernel.get_parent()["header"], "metadata": {}, "content": {}}
    kernel.session.send(kernel.iopub_socket, message, ident=b"topic")
print("said")
