"""Results with an impossible execution count, which no notebook file may hold.

double: failed, 0
shows: said
"""

# %% double
def double(x):
    return x

kernel = get_ipython().kernel
for count in (-1, 10**30, "1", 1.5, True, None, [1]):
    content = {"execution_count": count, "data": {"text/plain": "5"}, "metadata": {}}
    kernel.session.send(kernel.iopub_socket, "execute_result", content, parent=kernel.get_parent())
print("said")
