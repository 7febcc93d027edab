"""Wrong answers to the small net."""

from autograder.misconceptions import misconception


@misconception("build_net", hint="parameters")
def stride_forgotten(classes):
    """No stride, so the dense layer is four times as large."""
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(8, 5, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


@misconception("train_net", hint="learned nothing")
def never_trained(images, labels, seed):
    """Returns the net as it was made."""
    return build_net(10)


@misconception("train_net", hint="learned nothing")
def shuffled_labels(images, labels, seed):
    """Pictures and labels in different orders."""
    model = build_net(10)
    model.fit(images, labels[::-1], batch_size=64, epochs=3, verbose=0)
    return model
