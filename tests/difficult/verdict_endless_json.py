"""Not a notebook at all: brackets without an end, a number of a hundred thousand digits.

submission: malformed
"""

# %% notebook
def notebook(document):
    return b'{"nbformat": 4, "cells": [' + b"9" * 100_000 + b"[" * 100_000
