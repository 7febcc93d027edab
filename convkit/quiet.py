"""Keeps TensorFlow's start-up messages away from students."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def startup() -> Iterator[None]:
    """Around the first `import keras`: what it writes to standard error is shown only if it fails.

    TF_CPP_MIN_LOG_LEVEL=3 alone does not do it: what TensorFlow logs while it is loaded ("All log messages
    before absl::InitializeLog() …") goes to the file descriptor whatever the level is, so this diverts it.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as messages:
        os.dup2(messages.fileno(), 2)
        try:
            yield
            _import_what_keras_will_import()
        except BaseException:
            os.dup2(kept, 2)
            messages.seek(0)
            os.write(2, messages.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)


def _import_what_keras_will_import() -> None:
    """TensorFlow, where it is installed and another backend at work: `keras.utils.set_random_seed` imports it there."""
    keras = sys.modules.get("keras")
    if keras is not None and keras.config.backend() != "tensorflow":
        with suppress(ImportError):
            importlib.import_module("tensorflow")
