"""Model configurations written by hand: with code in them, with names of foreign modules, with a layer of terabytes, with
weights of other shapes, with a file to load.

Each call answers with another one; none of them may run anything, and none takes the grader's memory.

adder: refused|failed|error, 0
shows: sent 1
"""

# %% adder
import json
from autograder.rooms import models

real = models.to_plain
counter = iter(range(10**6))

def dense(units, **more):
    return {"module": "keras.layers", "class_name": "Dense", "config": {"name": "d", "units": units, "use_bias": False, **more}, "registered_name": None}

def changed(text, number):
    config = json.loads(text)
    layers = config["config"]["layers"]
    kinds = [
        lambda: layers.append(dense(10**12, build_config={"input_shape": [None, 10**6]})),
        lambda: layers.append(dense("1", kernel_initializer={"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "eval"})),
        lambda: layers.append({"module": "os", "class_name": "system", "config": {"command": "touch /tmp/difficult-left"}, "registered_name": None}),
        lambda: layers.append({"module": "keras.layers", "class_name": "Lambda", "config": {"name": "l", "function": {"class_name": "__lambda__", "config": {"code": "4wAAAA==", "defaults": None, "closure": None}}}, "registered_name": None}),
        lambda: layers.append({"module": "builtins", "class_name": "exec", "config": {"source": "1"}, "registered_name": "exec"}),
        lambda: layers.append({"module": "keras.layers", "class_name": "TFSMLayer", "config": {"filepath": "/tmp/difficult-left"}, "registered_name": None}),
        lambda: layers.extend([dense(1) for _ in range(2000)]),
        lambda: config.update(class_name="__class__", module="keras.src.models.sequential"),
        lambda: layers.append(dense(float("nan"))),
        lambda: layers.append(dense(2**62)),
        lambda: layers.append({"module": "keras.layers", "class_name": "ZeroPadding2D", "config": {"padding": [[2**40, 2**40], [2**40, 2**40]]}, "registered_name": None}),
    ]
    kinds[number % len(kinds)]()
    return json.dumps(config)

def to_plain(model, *arguments, **named):
    plain = real(model, *arguments, **named)
    plain["config"] = changed(plain["config"], next(counter))
    return plain

models.to_plain = to_plain

def adder():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")])

print("sent", 1)
