"""Typical wrong answers to 03, each complete and plausible, with the hint that its failing check must show.

A function takes the place of the student's (a class, of the two functions of its exercise); everything else in
the notebook is the reference, which is where `pair` and `pool2d` come from.
"""

import numpy as np

from autograder.misconceptions import misconception

# --- pool2d ------------------------------------------------------------------------------------------------

SUMMARIES = {"max": np.max, "average": np.mean}


def _read(x, size, strides, mode, padding="valid"):
    """(x as floats, kh, kw, sh, sw), checked as the reference does."""
    kh, kw = pair(size, "size")
    sh, sw = (kh, kw) if strides is None else pair(strides, "strides")
    if x.ndim != 4 or mode not in SUMMARIES or padding not in ("valid", "same"):
        raise ValueError("bad arguments")
    if padding == "valid" and (kh > x.shape[1] or kw > x.shape[2]):
        raise ValueError("the window does not fit")
    return np.array(x, dtype=float), kh, kw, sh, sw


def _starts(n, k, stride, padding, first_gets_the_odd_one=False):
    if padding == "valid":
        return range(0, n - k + 1, stride)
    count = -(-n // stride)
    missing = max((count - 1) * stride + k - n, 0)
    before = -(-missing // 2) if first_gets_the_odd_one else missing // 2
    return range(-before, count * stride - before, stride)


def _pooled(x, rows, columns, kh, kw, summary):
    y = np.zeros((len(x), len(rows), len(columns), x.shape[3]))
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            window = x[:, max(row, 0) : row + kh, max(column, 0) : column + kw]
            y[:, i, j] = summary(window, axis=(1, 2))
    return y


def _with_border(x, rows, columns, kh, kw, **border):
    """x and a border as wide as the windows reach; the starts then count from 0."""
    before = (-rows[0], -columns[0])
    after = (max(rows[-1] + kh - x.shape[1], 0), max(columns[-1] + kw - x.shape[2], 0))
    padded = np.pad(x, ((0, 0), (before[0], after[0]), (before[1], after[1]), (0, 0)), **border)
    return padded, [row + before[0] for row in rows], [column + before[1] for column in columns]


@misconception("pool2d", hint="maximum began at 0")
def maximum_starts_at_zero(x, size, strides=None, mode="max", padding="valid"):
    x, kh, kw, sh, sw = _read(x, size, strides, mode, padding)
    rows, columns = _starts(x.shape[1], kh, sh, padding), _starts(x.shape[2], kw, sw, padding)
    y = _pooled(x, rows, columns, kh, kw, SUMMARIES[mode])
    return np.maximum(y, 0) if mode == "max" else y


@misconception("pool2d", hint="not for the cells outside")
def padded_zeros_in_the_mean(x, size, strides=None, mode="max", padding="valid"):
    x, kh, kw, sh, sw = _read(x, size, strides, mode, padding)
    rows, columns = _starts(x.shape[1], kh, sh, padding), _starts(x.shape[2], kw, sw, padding)
    if mode == "average":
        x, rows, columns = _with_border(x, rows, columns, kh, kw)
    return _pooled(x, rows, columns, kh, kw, SUMMARIES[mode])


@misconception("pool2d", hint="padded zeros won")
def padded_zeros_in_the_maximum(x, size, strides=None, mode="max", padding="valid"):
    x, kh, kw, sh, sw = _read(x, size, strides, mode, padding)
    rows, columns = _starts(x.shape[1], kh, sh, padding), _starts(x.shape[2], kw, sw, padding)
    if mode == "max":
        x, rows, columns = _with_border(x, rows, columns, kh, kw)
    return _pooled(x, rows, columns, kh, kw, SUMMARIES[mode])


@misconception("pool2d", hint="border was repeated")
def border_repeated(x, size, strides=None, mode="max", padding="valid"):
    """np.pad(…, mode="edge"): right for the maximum, wrong for the mean."""
    x, kh, kw, sh, sw = _read(x, size, strides, mode, padding)
    rows, columns = _starts(x.shape[1], kh, sh, padding), _starts(x.shape[2], kw, sw, padding)
    x, rows, columns = _with_border(x, rows, columns, kh, kw, mode="edge")
    return _pooled(x, rows, columns, kh, kw, SUMMARIES[mode])


@misconception("pool2d", hint="strides have no effect")
def strides_ignored(x, size, strides=None, mode="max", padding="valid"):
    x, kh, kw, _, _ = _read(x, size, strides, mode, padding)
    rows, columns = _starts(x.shape[1], kh, kh, padding), _starts(x.shape[2], kw, kw, padding)
    return _pooled(x, rows, columns, kh, kw, SUMMARIES[mode])


@misconception("pool2d", hint="by its own size, not by 1")
def stride_of_one_by_default(x, size, strides=None, mode="max", padding="valid"):
    x, kh, kw, sh, sw = _read(x, size, strides or 1, mode, padding)
    rows, columns = _starts(x.shape[1], kh, sh, padding), _starts(x.shape[2], kw, sw, padding)
    return _pooled(x, rows, columns, kh, kw, SUMMARIES[mode])


@misconception("pool2d", hint="stride of the rows was used for both axes")
def one_stride_for_both_axes(x, size, strides=None, mode="max", padding="valid"):
    x, kh, kw, sh, _ = _read(x, size, strides, mode, padding)
    sw = kw if strides is None else sh
    rows, columns = _starts(x.shape[1], kh, sh, padding), _starts(x.shape[2], kw, sw, padding)
    return _pooled(x, rows, columns, kh, kw, SUMMARIES[mode])


@misconception("pool2d", hint="two strides were exchanged")
def strides_exchanged(x, size, strides=None, mode="max", padding="valid"):
    x, kh, kw, sh, sw = _read(x, size, strides, mode, padding)
    sh, sw = (kh, kw) if strides is None else (sw, sh)
    rows, columns = _starts(x.shape[1], kh, sh, padding), _starts(x.shape[2], kw, sw, padding)
    return _pooled(x, rows, columns, kh, kw, SUMMARIES[mode])


@misconception("pool2d", hint="height and width of the window were exchanged")
def window_exchanged(x, size, strides=None, mode="max", padding="valid"):
    x, kh, kw, sh, sw = _read(x, size, strides, mode, padding)
    kh, kw = kw, kh
    rows, columns = _starts(x.shape[1], kh, sh, padding), _starts(x.shape[2], kw, sw, padding)
    return _pooled(x, rows, columns, kh, kw, SUMMARIES[mode])


@misconception("pool2d", hint="not full")
def partial_windows_kept(x, size, strides=None, mode="max", padding="valid"):
    x, kh, kw, sh, sw = _read(x, size, strides, mode, padding)
    if padding == "valid":
        rows = range(0, -(-(x.shape[1] - kh) // sh) * sh + 1, sh)
        columns = range(0, -(-(x.shape[2] - kw) // sw) * sw + 1, sw)
    else:
        rows, columns = _starts(x.shape[1], kh, sh, padding), _starts(x.shape[2], kw, sw, padding)
    return _pooled(x, rows, columns, kh, kw, SUMMARIES[mode])


@misconception("pool2d", hint="last window of each axis is missing")
def last_window_missing(x, size, strides=None, mode="max", padding="valid"):
    """range(0, H − kh, stride): one short whenever the windows fit exactly."""
    x, kh, kw, sh, sw = _read(x, size, strides, mode, padding)
    rows, columns = _starts(x.shape[1], kh, sh, padding), _starts(x.shape[2], kw, sw, padding)
    if padding == "valid":
        rows, columns = range(0, x.shape[1] - kh, sh), range(0, x.shape[2] - kw, sw)
    return _pooled(x, rows, columns, kh, kw, SUMMARIES[mode])


@misconception("pool2d", hint="each channel is pooled by itself")
def over_the_channels(x, size, strides=None, mode="max", padding="valid"):
    x, kh, kw, sh, sw = _read(x, size, strides, mode, padding)
    rows, columns = _starts(x.shape[1], kh, sh, padding), _starts(x.shape[2], kw, sw, padding)
    y = _pooled(x, rows, columns, kh, kw, SUMMARIES[mode])
    return np.broadcast_to(SUMMARIES[mode](y, axis=3, keepdims=True), y.shape).copy()


@misconception("pool2d", hint="only the first channel")
def first_channel_for_all(x, size, strides=None, mode="max", padding="valid"):
    x, kh, kw, sh, sw = _read(x, size, strides, mode, padding)
    rows, columns = _starts(x.shape[1], kh, sh, padding), _starts(x.shape[2], kw, sw, padding)
    return np.repeat(_pooled(x, rows, columns, kh, kw, SUMMARIES[mode])[..., :1], x.shape[3], axis=3)


@misconception("pool2d", hint="only the first picture")
def first_picture_alone(x, size, strides=None, mode="max", padding="valid"):
    x, kh, kw, sh, sw = _read(x, size, strides, mode, padding)
    rows, columns = _starts(x.shape[1], kh, sh, padding), _starts(x.shape[2], kw, sw, padding)
    y = _pooled(x, rows, columns, kh, kw, SUMMARIES[mode])
    y[1:] = 0
    return y


@misconception("pool2d", hint="these are the means")
def modes_exchanged(x, size, strides=None, mode="max", padding="valid"):
    x, kh, kw, sh, sw = _read(x, size, strides, mode, padding)
    rows, columns = _starts(x.shape[1], kh, sh, padding), _starts(x.shape[2], kw, sw, padding)
    return _pooled(x, rows, columns, kh, kw, np.mean if mode == "max" else np.max)


@misconception("pool2d", hint="these are the sums")
def sum_for_mean(x, size, strides=None, mode="max", padding="valid"):
    x, kh, kw, sh, sw = _read(x, size, strides, mode, padding)
    rows, columns = _starts(x.shape[1], kh, sh, padding), _starts(x.shape[2], kw, sw, padding)
    return _pooled(x, rows, columns, kh, kw, np.max if mode == "max" else np.sum)


@misconception("pool2d", hint="odd cell was added before")
def odd_cell_before(x, size, strides=None, mode="max", padding="valid"):
    x, kh, kw, sh, sw = _read(x, size, strides, mode, padding)
    rows = _starts(x.shape[1], kh, sh, padding, first_gets_the_odd_one=True)
    columns = _starts(x.shape[2], kw, sw, padding, first_gets_the_odd_one=True)
    return _pooled(x, rows, columns, kh, kw, SUMMARIES[mode])


@misconception("pool2d", hint="all missing cells were added after")
def all_padding_after(x, size, strides=None, mode="max", padding="valid"):
    x, kh, kw, sh, sw = _read(x, size, strides, mode, padding)
    rows, columns = _starts(x.shape[1], kh, sh, padding), _starts(x.shape[2], kw, sw, padding)
    if padding == "same":
        rows, columns = range(0, x.shape[1], sh), range(0, x.shape[2], sw)
    return _pooled(x, rows, columns, kh, kw, SUMMARIES[mode])


@misconception("pool2d", hint="without regard to the stride")
def same_without_regard_to_the_stride(x, size, strides=None, mode="max", padding="valid"):
    """(k − 1) // 2 cells before, as for stride 1."""
    x, kh, kw, sh, sw = _read(x, size, strides, mode, padding)
    rows, columns = _starts(x.shape[1], kh, sh, padding), _starts(x.shape[2], kw, sw, padding)
    if padding == "same":
        before = ((kh - 1) // 2, (kw - 1) // 2)
        rows = range(-before[0], x.shape[1] - before[0], sh)
        columns = range(-before[1], x.shape[2] - before[1], sw)
    return _pooled(x, rows, columns, kh, kw, SUMMARIES[mode])


@misconception("pool2d", hint="padding has no effect")
def padding_ignored(x, size, strides=None, mode="max", padding="valid"):
    x, kh, kw, sh, sw = _read(x, size, strides, mode, padding)
    rows, columns = _starts(x.shape[1], kh, sh, "valid"), _starts(x.shape[2], kw, sw, "valid")
    return _pooled(x, rows, columns, kh, kw, SUMMARIES[mode])


@misconception("pool2d", hint="whole numbers")
def means_cut_to_integers(x, size, strides=None, mode="max", padding="valid"):
    """The result has the dtype of x."""
    kind = x.dtype
    x, kh, kw, sh, sw = _read(x, size, strides, mode, padding)
    rows, columns = _starts(x.shape[1], kh, sh, padding), _starts(x.shape[2], kw, sw, padding)
    return _pooled(x, rows, columns, kh, kw, SUMMARIES[mode]).astype(kind)


@misconception("pool2d", hint='mode is "median"')
def any_mode_but_max_is_average(x, size, strides=None, mode="max", padding="valid"):
    x, kh, kw, sh, sw = _read(x, size, strides, "max", padding)
    rows, columns = _starts(x.shape[1], kh, sh, padding), _starts(x.shape[2], kw, sw, padding)
    return _pooled(x, rows, columns, kh, kw, np.max if mode == "max" else np.mean)


@misconception("pool2d", hint="strides is 0")
def zero_stride_taken_for_none(x, size, strides=None, mode="max", padding="valid"):
    x, kh, kw, sh, sw = _read(x, size, strides or None, mode, padding)
    rows, columns = _starts(x.shape[1], kh, sh, padding), _starts(x.shape[2], kw, sw, padding)
    return _pooled(x, rows, columns, kh, kw, SUMMARIES[mode])


@misconception("pool2d", hint="size is (6, 2)")
def large_window_accepted(x, size, strides=None, mode="max", padding="valid"):
    (kh, kw), strides = pair(size, "size"), strides if strides is not None else size
    sh, sw = pair(strides, "strides")
    if x.ndim != 4 or mode not in SUMMARIES or padding not in ("valid", "same"):
        raise ValueError("bad arguments")
    rows, columns = _starts(x.shape[1], kh, sh, padding), _starts(x.shape[2], kw, sw, padding)
    return _pooled(np.array(x, dtype=float), rows, columns, kh, kw, SUMMARIES[mode])


# --- prediction --------------------------------------------------------------------------------------------


@misconception("prediction", hint="copied from the lecture")
def lecture_s_mean():
    return [4, 5.3]


@misconception("prediction", hint="moves on by one")
def windows_that_touch():
    return [1, 5]


@misconception("prediction", hint="both directions")
def overlap_along_one_axis():
    return [2, 5]


@misconception("prediction", hint="is a maximum, not a mean")
def maximum_for_the_mean():
    return [4, 6]


@misconception("prediction", hint="divided by four")
def sum_of_the_four():
    return [4, 20]


@misconception("prediction", hint="the two are swapped")
def the_two_swapped():
    return [5, 4]


@misconception("prediction", hint="another window")
def mean_of_another_window():
    return [4, 4.5]


# --- max_pool_switches and max_unpool ----------------------------------------------------------------------


def _tiles(x, size):
    """(windows flattened: (N, rows, columns, C, kh · kw), their winners, kh, kw)"""
    kh, kw = pair(size, "size")
    if x.ndim != 4 or kh > x.shape[1] or kw > x.shape[2]:
        raise ValueError("bad arguments")
    rows, columns = x.shape[1] // kh, x.shape[2] // kw
    tiles = x[:, : rows * kh, : columns * kw].astype(float).reshape(len(x), rows, kh, columns, kw, x.shape[3])
    windows = tiles.transpose(0, 1, 3, 5, 2, 4).reshape(len(x), rows, columns, x.shape[3], kh * kw)
    return windows, windows.argmax(axis=-1), kh, kw


def _places(x, size, winner=None):
    """Row and column in the plane of each window's winner."""
    windows, first, kh, kw = _tiles(x, size)
    winner = first if winner is None else winner
    row = winner // kw + kh * np.arange(windows.shape[1])[:, None, None]
    return windows.max(axis=-1), row, winner % kw + kw * np.arange(windows.shape[2])[:, None]


def _right_switches(x, size):
    y, row, column = _places(x, size)
    return y, row * x.shape[2] + column


def _checked(y, switches, shape):
    if len(shape) != 4 or y.shape != switches.shape or y.ndim != 4:
        raise ValueError("the shapes do not match")
    if (y.shape[0], y.shape[3]) != (shape[0], shape[3]):
        raise ValueError("other pictures or channels")
    if switches.size and (switches.min() < 0 or switches.max() >= shape[1] * shape[2]):
        raise ValueError("a switch lies outside")
    return np.zeros(shape)


def _right_unpool(y, switches, shape):
    x = _checked(y, switches, shape)
    for n, i, j, c in np.ndindex(y.shape):
        x[(n, *divmod(int(switches[n, i, j, c]), shape[2]), c)] = y[n, i, j, c]
    return x


@misconception("max_pool_switches", hint="inside its window")
class IndexInsideTheWindow:
    @staticmethod
    def max_pool_switches(x, size):
        windows, winner, _, _ = _tiles(x, size)
        return windows.max(axis=-1), winner


@misconception("max_pool_switches", hint="column · H + row")
class ColumnFirst:
    @staticmethod
    def max_pool_switches(x, size):
        y, row, column = _places(x, size)
        return y, column * x.shape[1] + row

    @staticmethod
    def max_unpool(y, switches, shape):
        x = _checked(y, switches, shape)
        for n, i, j, c in np.ndindex(y.shape):
            column, row = divmod(int(switches[n, i, j, c]), shape[1])
            x[n, row, column, c] = y[n, i, j, c]
        return x


@misconception("max_pool_switches", hint="counts through the channels")
class ThroughTheChannels:
    @staticmethod
    def max_pool_switches(x, size):
        y, row, column = _places(x, size)
        return y, (row * x.shape[2] + column) * x.shape[3] + np.arange(x.shape[3])


@misconception("max_pool_switches", hint="through all pictures")
class ThroughTheBatch:
    @staticmethod
    def max_pool_switches(x, size):
        y, switches = _right_switches(x, size)
        return y, switches + np.arange(len(x))[:, None, None, None] * x.shape[1] * x.shape[2]


@misconception("max_pool_switches", hint="whole plane")
class WinnerOfTheWholePlane:
    """argmax without a window."""

    @staticmethod
    def max_pool_switches(x, size):
        y, switches = _right_switches(x, size)
        best = x.reshape(len(x), -1, x.shape[3]).argmax(axis=1)
        return y, np.broadcast_to(best[:, None, None, :], switches.shape).copy()


@misconception("max_pool_switches", hint="count starts at 0")
class CountedFromOne:
    @staticmethod
    def max_pool_switches(x, size):
        y, switches = _right_switches(x, size)
        return y, switches + 1


@misconception("max_pool_switches", hint="the last of equals")
class LastOfEquals:
    """`>=` instead of `>`."""

    @staticmethod
    def max_pool_switches(x, size):
        windows, _, kh, kw = _tiles(x, size)
        last = kh * kw - 1 - windows[..., ::-1].argmax(axis=-1)
        y, row, column = _places(x, size, last)
        return y, row * x.shape[2] + column


@misconception("max_pool_switches", hint="cut off first")
class WidthWithoutTheRemainder:
    """Right wherever the windows fill the plane."""

    @staticmethod
    def max_pool_switches(x, size):
        y, row, column = _places(x, size)
        return y, row * (x.shape[2] // pair(size, "size")[1] * pair(size, "size")[1]) + column


@misconception("max_pool_switches", hint="holds floats")
class SwitchesAreFloats:
    """Filled into an array from np.zeros, whose dtype is float."""

    @staticmethod
    def max_pool_switches(x, size):
        y, switches = _right_switches(x, size)
        return y, switches.astype(float)


@misconception("max_pool_switches", hint="other way round")
class SwitchesFirst:
    @staticmethod
    def max_pool_switches(x, size):
        return _right_switches(x, size)[::-1]


@misconception("max_pool_switches", hint="bed of nails")
class NailsForUnpooling:
    @staticmethod
    def max_unpool(y, switches, shape):
        x = _checked(y, switches, shape)
        kh, kw = shape[1] // y.shape[1], shape[2] // y.shape[2]
        x[:, : y.shape[1] * kh : kh, : y.shape[2] * kw : kw] = y
        return x


@misconception("max_pool_switches", hint="whole window was filled")
class WindowFilled:
    @staticmethod
    def max_unpool(y, switches, shape):
        x = _checked(y, switches, shape)
        kh, kw = shape[1] // y.shape[1], shape[2] // y.shape[2]
        whole = y.repeat(kh, axis=1).repeat(kw, axis=2)
        x[:, : whole.shape[1], : whole.shape[2]] = whole
        return x


@misconception("max_pool_switches", hint="width of the large plane")
class HeightForWidth:
    """shape[1] taken for the width: right on square planes."""

    @staticmethod
    def max_unpool(y, switches, shape):
        x = _checked(y, switches, shape)
        for n, i, j, c in np.ndindex(y.shape):
            row, column = divmod(int(switches[n, i, j, c]), shape[1])
            x[n, row % shape[1], column % shape[2], c] = y[n, i, j, c]
        return x


@misconception("max_pool_switches", hint="switches of the first channel")
class FirstChannelSwitches:
    @staticmethod
    def max_unpool(y, switches, shape):
        return _right_unpool(y, np.repeat(switches[..., :1], shape[3], axis=3), shape)


@misconception("max_pool_switches", hint="outside the plane")
class SwitchOutsideAccepted:
    """Negative indices count from the end, large ones are wrapped."""

    @staticmethod
    def max_unpool(y, switches, shape):
        _checked(y, np.zeros(switches.shape, dtype=int), shape)
        return _right_unpool(y, switches % (shape[1] * shape[2]), shape)


@misconception("max_pool_switches", hint="y has shape (1, 1, 2, 2) and switches")
class ShapesNeverCompared:
    """Broadcasting hides it."""

    @staticmethod
    def max_unpool(y, switches, shape):
        return (
            _right_unpool(y, np.broadcast_to(switches[:, :1], y.shape), shape)
            if (y.shape != switches.shape)
            else _right_unpool(y, switches, shape)
        )


# --- pool2d_backward ---------------------------------------------------------------------------------------


def _windows(dy, x, size, strides, mode):
    """Checked; then for each window (i, j, its rows, its columns)."""
    x, kh, kw, sh, sw = _read(x, size, strides, mode)
    rows, columns = _starts(x.shape[1], kh, sh, "valid"), _starts(x.shape[2], kw, sw, "valid")
    if dy.shape != (len(x), len(rows), len(columns), x.shape[3]):
        raise ValueError("dy has the wrong shape")
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            yield i, j, slice(row, row + kh), slice(column, column + kw)


def _first_winner(window):
    """1 at the first maximum of (N, kh, kw, C), 0 elsewhere."""
    flat = window.reshape(len(window), -1, window.shape[3])
    mask = flat.argmax(axis=1)[:, None] == np.arange(flat.shape[1])[:, None]
    return mask.reshape(window.shape).astype(float)


def _share(window, mode):
    return _first_winner(window) if mode == "max" else np.full(window.shape, 1 / window[0, ..., 0].size)


@misconception("pool2d_backward", hint="gradient of one window was overwritten")
def assigned_instead_of_added(dy, x, size, strides=None, mode="max"):
    """`=` for `+=`: right as long as windows do not overlap."""
    dx = np.zeros(x.shape)
    for i, j, rows, columns in _windows(dy, x, size, strides, mode):
        share, window = _share(x[:, rows, columns], mode), dx[:, rows, columns]
        window[...] = np.where(share > 0, share * dy[:, i, j][:, None, None], window)
    return dx


@misconception("pool2d_backward", hint="every maximum got the gradient")
def gradient_to_every_tie(dy, x, size, strides=None, mode="max"):
    dx = np.zeros(x.shape)
    for i, j, rows, columns in _windows(dy, x, size, strides, mode):
        window = x[:, rows, columns]
        ties = (window == window.max(axis=(1, 2), keepdims=True)).astype(float)
        dx[:, rows, columns] += (ties if mode == "max" else _share(window, mode)) * dy[:, i, j][:, None, None]
    return dx


@misconception("pool2d_backward", hint="shared among equals")
def gradient_shared_among_ties(dy, x, size, strides=None, mode="max"):
    dx = np.zeros(x.shape)
    for i, j, rows, columns in _windows(dy, x, size, strides, mode):
        window = x[:, rows, columns]
        ties = (window == window.max(axis=(1, 2), keepdims=True)).astype(float)
        ties /= ties.sum(axis=(1, 2), keepdims=True)
        dx[:, rows, columns] += (ties if mode == "max" else _share(window, mode)) * dy[:, i, j][:, None, None]
    return dx


@misconception("pool2d_backward", hint="last of equal maxima")
def gradient_to_the_last_tie(dy, x, size, strides=None, mode="max"):
    dx = np.zeros(x.shape)
    for i, j, rows, columns in _windows(dy, x, size, strides, mode):
        window = x[:, rows, columns]
        last = _first_winner(window[:, ::-1, ::-1])[:, ::-1, ::-1]
        dx[:, rows, columns] += (last if mode == "max" else _share(window, mode)) * dy[:, i, j][:, None, None]
    return dx


@misconception("pool2d_backward", hint="not divided")
def mean_not_divided(dy, x, size, strides=None, mode="max"):
    dx = np.zeros(x.shape)
    for i, j, rows, columns in _windows(dy, x, size, strides, mode):
        window = x[:, rows, columns]
        share = _first_winner(window) if mode == "max" else np.ones(window.shape)
        dx[:, rows, columns] += share * dy[:, i, j][:, None, None]
    return dx


@misconception("pool2d_backward", hint="spread over the whole window")
def maximum_treated_as_mean(dy, x, size, strides=None, mode="max"):
    dx = np.zeros(x.shape)
    for i, j, rows, columns in _windows(dy, x, size, strides, mode):
        dx[:, rows, columns] += _share(x[:, rows, columns], "average") * dy[:, i, j][:, None, None]
    return dx


@misconception("pool2d_backward", hint="all of it went to the winner")
def mean_treated_as_maximum(dy, x, size, strides=None, mode="max"):
    dx = np.zeros(x.shape)
    for i, j, rows, columns in _windows(dy, x, size, strides, mode):
        dx[:, rows, columns] += _share(x[:, rows, columns], "max") * dy[:, i, j][:, None, None]
    return dx


@misconception("pool2d_backward", hint="multiplied by the pixel")
def gradient_times_pixel(dy, x, size, strides=None, mode="max"):
    dx = np.zeros(x.shape)
    for i, j, rows, columns in _windows(dy, x, size, strides, mode):
        share = _share(x[:, rows, columns], mode)
        dx[:, rows, columns] += share * dy[:, i, j][:, None, None] * (x[:, rows, columns] if mode == "max" else 1)
    return dx


@misconception("pool2d_backward", hint="strides have no effect")
def backward_without_strides(dy, x, size, strides=None, mode="max"):
    kh, kw = pair(size, "size")
    dx = np.zeros(x.shape)
    for i, j, _, _ in _windows(dy, x, size, strides, mode):
        here = np.s_[:, i * kh : (i + 1) * kh, j * kw : (j + 1) * kw]
        if 0 not in dx[here].shape:
            dx[here] += _share(x[here], mode) * dy[:, i, j][:, None, None]
    return dx


@misconception("pool2d_backward", hint="winner of the first channel")
def one_winner_for_all_channels(dy, x, size, strides=None, mode="max"):
    dx = np.zeros(x.shape)
    for i, j, rows, columns in _windows(dy, x, size, strides, mode):
        window = x[:, rows, columns]
        dx[:, rows, columns] += (
            _share(np.repeat(window[..., :1], window.shape[3], 3), mode) * dy[:, i, j][:, None, None]
        )
    return dx


@misconception("pool2d_backward", hint="whole plane")
def winner_of_the_whole_plane(dy, x, size, strides=None, mode="max"):
    """argmax without a window."""
    dx = np.zeros(x.shape)
    for i, j, rows, columns in _windows(dy, x, size, strides, mode):
        if mode == "max":
            dx += _first_winner(x) * dy[:, i, j][:, None, None]
        else:
            dx[:, rows, columns] += _share(x[:, rows, columns], mode) * dy[:, i, j][:, None, None]
    return dx


@misconception("pool2d_backward", hint="overlap were averaged")
def overlaps_averaged(dy, x, size, strides=None, mode="max"):
    dx, hits = np.zeros(x.shape), np.zeros(x.shape)
    for i, j, rows, columns in _windows(dy, x, size, strides, mode):
        share = _share(x[:, rows, columns], mode)
        dx[:, rows, columns] += share * dy[:, i, j][:, None, None]
        hits[:, rows, columns] += share > 0
    return dx / np.maximum(hits, 1)


@misconception("pool2d_backward", hint="dy has shape (1, 2, 2, 2)")
def shape_of_dy_never_compared(dy, x, size, strides=None, mode="max"):
    x, kh, kw, sh, sw = _read(x, size, strides, mode)
    dx = np.zeros(x.shape)
    for i in range(min(dy.shape[1], (x.shape[1] - kh) // sh + 1)):
        for j in range(min(dy.shape[2], (x.shape[2] - kw) // sw + 1)):
            here = np.s_[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            dx[here] += _share(x[here], mode) * dy[:, i, j][:, None, None]
    return dx


@misconception("pool2d_backward", hint="arguments must stay")
def works_in_dy(dy, x, size, strides=None, mode="max"):
    if mode == "average":
        dy /= np.prod(pair(size, "size"))
    dx = np.zeros(x.shape)
    for i, j, rows, columns in _windows(dy, x, size, strides, mode):
        share = _share(x[:, rows, columns], mode)
        dx[:, rows, columns] += (share if mode == "max" else 1) * dy[:, i, j][:, None, None]
    return dx


# --- shift_stability ---------------------------------------------------------------------------------------


def _kept(image, shifts, share):
    if np.ndim(image) != 2:
        raise ValueError("the image needs two axes")
    return np.array([share(shift) for shift in shifts])


def _same(first, second):
    return np.mean(np.isclose(first, second))


@misconception("shift_stability", hint="moved down")
def moved_down(pool, image, shifts):
    return _kept(image, shifts, lambda shift: _same(pool(np.roll(image, shift, axis=0)), pool(image)))


@misconception("shift_stability", hint="moved left")
def moved_left(pool, image, shifts):
    return _kept(image, shifts, lambda shift: _same(pool(np.roll(image, -shift, axis=1)), pool(image)))


@misconception("shift_stability", hint="filled with zeros")
def zeros_come_in(pool, image, shifts):
    def moved(shift):
        width = image.shape[1]
        return np.pad(image, ((0, 0), (shift, 0)))[:, :width]

    return _kept(image, shifts, lambda shift: _same(pool(moved(shift)), pool(image)))


@misconception("shift_stability", hint="filled with the border")
def border_comes_in(pool, image, shifts):
    def moved(shift):
        width = image.shape[1]
        return np.pad(image, ((0, 0), (shift, 0)), mode="edge")[:, :width]

    return _kept(image, shifts, lambda shift: _same(pool(moved(shift)), pool(image)))


@misconception("shift_stability", hint="into the next row")
def rows_run_into_each_other(pool, image, shifts):
    """np.roll without an axis rolls the flattened picture."""
    return _kept(image, shifts, lambda shift: _same(pool(np.roll(image, shift)), pool(image)))


@misconception("shift_stability", hint="the output was moved")
def output_moved_along(pool, image, shifts):
    """That is equivariance, another question."""

    def share(shift):
        rest = np.asarray(pool(image))
        axis = 1 if rest.ndim > 1 else None
        return _same(pool(np.roll(image, shift, axis=1)), np.roll(rest, shift, axis=axis))

    return _kept(image, shifts, share)


@misconception("shift_stability", hint="pixels of the picture")
def pictures_compared(pool, image, shifts):
    return _kept(image, shifts, lambda shift: _same(np.roll(image, shift, axis=1), image))


@misconception("shift_stability", hint="last digit")
def compared_exactly(pool, image, shifts):
    def share(shift):
        return np.mean(np.asarray(pool(np.roll(image, shift, axis=1))) == np.asarray(pool(image)))

    return _kept(image, shifts, share)


@misconception("shift_stability", hint="cells that change")
def share_that_changes(pool, image, shifts):
    return _kept(image, shifts, lambda shift: 1 - _same(pool(np.roll(image, shift, axis=1)), pool(image)))


@misconception("shift_stability", hint="percent")
def in_percent(pool, image, shifts):
    return _kept(image, shifts, lambda shift: 100 * _same(pool(np.roll(image, shift, axis=1)), pool(image)))


@misconception("shift_stability", hint="counts, not shares")
def cells_counted(pool, image, shifts):
    return _kept(image, shifts, lambda s: np.sum(np.isclose(pool(np.roll(image, s, axis=1)), pool(image))))


@misconception("shift_stability", hint="moved picture was moved again")
def shifts_add_up(pool, image, shifts):
    moved = np.array(image)

    def share(shift):
        nonlocal moved
        moved = np.roll(moved, shift, axis=1)
        return _same(pool(moved), pool(image))

    return _kept(image, shifts, share)


@misconception("shift_stability", hint="all or nothing")
def all_or_nothing(pool, image, shifts):
    return _kept(image, shifts, lambda s: float(np.allclose(pool(np.roll(image, s, axis=1)), pool(image))))


# --- pooling_errors ----------------------------------------------------------------------------------------


def _both(clean, noisy, size):
    clean, noisy = np.array(clean, dtype=float), np.array(noisy, dtype=float)
    if clean.ndim != 2 or clean.shape != noisy.shape:
        raise ValueError("the pictures do not match")
    return {
        mode: [pool2d(picture[None, ..., None], size, mode=mode)[0, ..., 0] for picture in (clean, noisy)]
        for mode in SUMMARIES
    }


@misconception("pooling_errors", hint="cancel")
def differences_cancel(clean, noisy, size):
    return {mode: float(np.mean(b - a)) for mode, (a, b) in _both(clean, noisy, size).items()}


@misconception("pooling_errors", hint="squared")
def squared_differences(clean, noisy, size):
    return {mode: float(np.mean((b - a) ** 2)) for mode, (a, b) in _both(clean, noisy, size).items()}


@misconception("pooling_errors", hint="were added up")
def sum_of_differences(clean, noisy, size):
    return {mode: float(np.abs(b - a).sum()) for mode, (a, b) in _both(clean, noisy, size).items()}


@misconception("pooling_errors", hint="the difference was pooled")
def difference_pooled(clean, noisy, size):
    _both(clean, noisy, size)
    off = np.abs(np.array(noisy, dtype=float) - clean)
    return {mode: float(pool2d(off[None, ..., None], size, mode=mode).mean()) for mode in SUMMARIES}


@misconception("pooling_errors", hint="before any pooling")
def pictures_never_pooled(clean, noisy, size):
    _both(clean, noisy, size)
    return {mode: float(np.mean(np.abs(np.array(noisy, dtype=float) - clean))) for mode in SUMMARIES}


@misconception("pooling_errors", hint="the two numbers are swapped")
def numbers_swapped(clean, noisy, size):
    errors = {mode: float(np.abs(b - a).mean()) for mode, (a, b) in _both(clean, noisy, size).items()}
    return {"max": errors["average"], "average": errors["max"]}


@misconception("pooling_errors", hint="largest difference")
def largest_difference(clean, noisy, size):
    return {mode: float(np.abs(b - a).max()) for mode, (a, b) in _both(clean, noisy, size).items()}


@misconception("pooling_errors", hint="moved on by one pixel")
def windows_overlap(clean, noisy, size):
    _both(clean, noisy, size)
    pooled = {
        mode: [pool2d(np.array(p, dtype=float)[None, ..., None], size, 1, mode) for p in (clean, noisy)]
        for mode in SUMMARIES
    }
    return {mode: float(np.abs(b - a).mean()) for mode, (a, b) in pooled.items()}


@misconception("pooling_errors", hint="always 2×2")
def size_never_used(clean, noisy, size):
    pair(size, "size")
    return {mode: float(np.abs(b - a).mean()) for mode, (a, b) in _both(clean, noisy, 2).items()}


@misconception("pooling_errors", hint="clean has shape (4, 6) and noisy")
def shapes_broadcast(clean, noisy, size):
    clean, noisy = np.broadcast_arrays(clean, noisy)
    return {mode: float(np.abs(b - a).mean()) for mode, (a, b) in _both(clean, noisy, size).items()}


@misconception("pooling_errors", hint="overflow")
def eight_bit_difference(clean, noisy, size):
    """Pools by hand and keeps the dtype: bytes cannot be negative."""
    _both(clean, noisy, size)
    kh, kw = pair(size, "size")
    rows, columns = len(clean) // kh, clean.shape[1] // kw
    tiles = [p[: rows * kh, : columns * kw].reshape(rows, kh, columns, kw) for p in (clean, noisy)]
    pooled = {mode: [SUMMARIES[mode](p, axis=(1, 3)) for p in tiles] for mode in SUMMARIES}
    return {mode: float(np.abs(b - a).mean()) for mode, (a, b) in pooled.items()}
