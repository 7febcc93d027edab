"""In place of TensorFlow, for the other backends: nothing of the course may need it there."""

raise ImportError("TensorFlow is not here: this is another backend's turn")
