"""Typical wrong answers to 01, each complete and plausible, with the hint that its failing check must show.

A function takes the place of the student's; everything else in the notebook is the reference, which is where
`correlate2d` and `convolve2d` come from.
"""

import numpy as np

from autograder.misconceptions import misconception

# --- weighted_average --------------------------------------------------------------------------------------


def _places(x, w):
    if x.ndim != 1 or w.ndim != 1 or len(w) > len(x):
        raise ValueError("x and w do not fit")
    return range(len(x) - len(w) + 1)


@misconception("weighted_average", hint="run backwards")
def newest_weight_first(x, w):
    _places(x, w)
    return np.convolve(x, w, mode="valid").astype(float)


@misconception("weighted_average", hint="divided by the sum of the weights")
def divided_by_the_sum_of_weights(x, w):
    return np.array([np.average(x[t : t + len(w)], weights=w) for t in _places(x, w)])


@misconception("weighted_average", hint="T − k + 1 places")
def last_place_missing(x, w):
    return np.array([np.sum(x[t : t + len(w)] * w) for t in _places(x, w)[:-1]], dtype=float)


@misconception("weighted_average", hint="padded with zeros")
def same_length_with_zeros_before(x, w):
    _places(x, w)
    padded = np.concatenate([np.zeros(len(w) - 1), x])
    return np.array([np.sum(padded[t : t + len(w)] * w) for t in range(len(x))])


@misconception("weighted_average", hint="weights have no effect")
def plain_mean(x, w):
    return np.array([x[t : t + len(w)].mean() for t in _places(x, w)])


@misconception("weighted_average", hint="jumps by its own length")
def window_jumps(x, w):
    return np.array([np.sum(x[t : t + len(w)] * w) for t in _places(x, w)[:: len(w)]])


@misconception("weighted_average", hint="keep all digits")
def rounded_to_two_digits(x, w):
    _places(x, w)
    return np.round(np.correlate(x, w, mode="valid").astype(float), 2)


@misconception("weighted_average", hint="more weights than readings")
def long_weights_accepted(x, w):
    """NumPy exchanges the two if the second is longer."""
    if x.ndim != 1 or w.ndim != 1:
        raise ValueError("x and w need one axis each")
    return np.correlate(x, w, mode="valid").astype(float)


@misconception("weighted_average", hint="arguments must stay")
def smooths_in_place(x, w):
    for t in _places(x, w):
        x[t] = np.sum(x[t : t + len(w)] * w)
    return x[: len(x) - len(w) + 1].astype(float)


@misconception("weighted_average", hint="not an array")
def list_of_sums(x, w):
    return [float(np.sum(x[t : t + len(w)] * w)) for t in _places(x, w)]


# --- correlate2d -------------------------------------------------------------------------------------------


def _empty_result(image, kernel):
    if image.ndim != 2 or kernel.ndim != 2 or any(np.less(image.shape, kernel.shape)):
        raise ValueError("the kernel does not fit")
    return np.zeros(np.subtract(image.shape, kernel.shape) + 1)


@misconception("correlate2d", hint="turned by 180°")
def flipped_kernel(image, kernel):
    """True convolution."""
    result = _empty_result(image, kernel)
    (kh, kw), turned = kernel.shape, kernel[::-1, ::-1]
    for i, j in np.ndindex(result.shape):
        result[i, j] = np.sum(image[i : i + kh, j : j + kw].astype(float) * turned)
    return result


@misconception("correlate2d", hint="rows taken for columns")
def transposed_kernel(image, kernel):
    result = _empty_result(image, kernel)
    kh, kw = kernel.shape
    for i, j in np.ndindex(result.shape):
        result[i, j] = sum(float(image[i + b, j + a]) * kernel[a, b] for a in range(kh) for b in range(kw))
    return result


@misconception("correlate2d", hint="last row and column are missing")
def last_row_and_column_missing(image, kernel):
    result = _empty_result(image, kernel)[:-1, :-1]
    kh, kw = kernel.shape
    for i, j in np.ndindex(result.shape):
        result[i, j] = np.sum(image[i : i + kh, j : j + kw].astype(float) * kernel)
    return result


@misconception("correlate2d", hint="overflow")
def eight_bit_overflow(image, kernel):
    result = _empty_result(image, kernel)
    kh, kw = kernel.shape
    kind = np.result_type(image, kernel)
    for i, j in np.ndindex(result.shape):
        result[i, j] = np.sum(image[i : i + kh, j : j + kw] * kernel, dtype=kind)
    return result


@misconception("correlate2d", hint="before you multiply")
def eight_bit_products(image, kernel):
    """np.sum adds in 64 bits, but the products are made in 8."""
    result = _empty_result(image, kernel)
    kh, kw = kernel.shape
    for i, j in np.ndindex(result.shape):
        result[i, j] = np.sum(image[i : i + kh, j : j + kw] * kernel)
    return result


@misconception("correlate2d", hint="whole numbers")
def result_of_integers(image, kernel):
    """zeros_like takes the dtype of the image, too."""
    result = _empty_result(image, kernel).astype(int)
    kh, kw = kernel.shape
    for i, j in np.ndindex(result.shape):
        result[i, j] = np.sum(image[i : i + kh, j : j + kw].astype(float) * kernel)
    return result


@misconception("correlate2d", hint="mean of the products")
def mean_for_sum(image, kernel):
    result = _empty_result(image, kernel)
    kh, kw = kernel.shape
    for i, j in np.ndindex(result.shape):
        result[i, j] = np.mean(image[i : i + kh, j : j + kw].astype(float) * kernel)
    return result


@misconception("correlate2d", hint="stays inside the picture")
def padded_with_zeros(image, kernel):
    _empty_result(image, kernel)
    kh, kw = kernel.shape
    padded = np.pad(image.astype(float), (((kh - 1) // 2, kh // 2), ((kw - 1) // 2, kw // 2)))
    result = np.zeros(image.shape)
    for i, j in np.ndindex(result.shape):
        result[i, j] = np.sum(padded[i : i + kh, j : j + kw] * kernel)
    return result


@misconception("correlate2d", hint="matrix product")
def matrix_product_of_window_and_kernel(image, kernel):
    result = _empty_result(image, kernel)
    kh, kw = kernel.shape
    for i, j in np.ndindex(result.shape):
        result[i, j] = np.sum(image[i : i + kh, j : j + kw].astype(float) @ kernel)
    return result


@misconception("correlate2d", hint="height and width are exchanged")
def height_and_width_swapped(image, kernel):
    """Invisible as long as the kernel is square."""
    _empty_result(image, kernel)
    kh, kw = kernel.shape
    result = np.zeros((image.shape[0] - kw + 1, image.shape[1] - kh + 1))
    for i, j in np.ndindex(result.shape):
        window = image[i : i + kh, j : j + kw].astype(float)
        result[i, j] = np.sum(window * kernel[: window.shape[0], : window.shape[1]])
    return result


@misconception("correlate2d", hint="when the kernel does not fit")
def large_kernel_accepted(image, kernel):
    if image.ndim != 2 or kernel.ndim != 2:
        raise ValueError("two axes each, please")
    kh, kw = kernel.shape
    result = np.zeros((max(image.shape[0] - kh + 1, 0), max(image.shape[1] - kw + 1, 0)))
    for i, j in np.ndindex(result.shape):
        result[i, j] = np.sum(image[i : i + kh, j : j + kw].astype(float) * kernel)
    return result


# --- convolve2d --------------------------------------------------------------------------------------------


@misconception("convolve2d", hint="was not turned")
def not_turned(image, kernel):
    return correlate2d(image, kernel)


@misconception("convolve2d", hint="was transposed")
def transposed_instead(image, kernel):
    return correlate2d(image, kernel.T)


@misconception("convolve2d", hint="upside down only")
def upside_down_only(image, kernel):
    return correlate2d(image, kernel[::-1])


@misconception("convolve2d", hint="only left and right")
def left_right_only(image, kernel):
    return correlate2d(image, np.flip(kernel, axis=1))


@misconception("convolve2d", hint="by 90°")
def turned_by_90_degrees(image, kernel):
    return correlate2d(image, np.rot90(kernel))


@misconception("convolve2d", hint="the result is turned by 180°")
def image_turned_instead(image, kernel):
    return correlate2d(image[::-1, ::-1], kernel)


@misconception("convolve2d", hint="arguments must stay")
def kernel_turned_in_place(image, kernel):
    if kernel.ndim != 2:
        raise ValueError("the kernel needs two axes")
    kernel[:] = kernel[::-1, ::-1].copy()
    return correlate2d(image, kernel)


@misconception("convolve2d", hint="too long")
def full_convolution(image, kernel):
    """As scipy.signal.convolve2d does by default."""
    _empty_result(image, kernel)
    kh, kw = kernel.shape
    padded = np.pad(image, ((kh - 1, kh - 1), (kw - 1, kw - 1)))
    return correlate2d(padded, kernel[::-1, ::-1])


@misconception("convolve2d", hint="count from the end")
def formula_from_index_zero(image, kernel):
    """The printed sum from i = 0 on: negative indices do not fail."""
    result = _empty_result(image, kernel)
    for i, j in np.ndindex(result.shape):
        result[i, j] = sum(float(image[i - a, j - b]) * kernel[a, b] for a, b in np.ndindex(kernel.shape))
    return result


# --- prediction --------------------------------------------------------------------------------------------


@misconception("prediction", hint="swapped")
def the_two_swapped():
    return [8, -8]


@misconception("prediction", hint="only one row")
def one_row_counted():
    return [-2, 2]


@misconception("prediction", hint="two steps apart")
def columns_one_step_apart():
    return [-4, 4]


@misconception("prediction", hint="each was counted once")
def rows_counted_once():
    return [-6, 6]


@misconception("prediction", hint="a ramp is not flat")
def sum_zero_gives_zero():
    return [0, 0]


@misconception("prediction", hint="the two differ")
def no_difference():
    return [-8, -8]


# --- conv_layer --------------------------------------------------------------------------------------------


def _checked(x, w, b):
    if (x.ndim, w.ndim, b.ndim) != (4, 4, 1) or x.shape[3] != w.shape[2] or w.shape[3] != len(b):
        raise ValueError("shapes do not match")
    if w.shape[0] > x.shape[1] or w.shape[1] > x.shape[2]:
        raise ValueError("the kernels do not fit")
    return (len(x), x.shape[1] - w.shape[0] + 1, x.shape[2] - w.shape[1] + 1, w.shape[3])


@misconception("conv_layer", hint="turned by 180°")
def layer_with_flipped_kernels(x, w, b):
    y = np.zeros(_checked(x, w, b))
    for n, i, j, f in np.ndindex(y.shape):
        window = x[n, i : i + w.shape[0], j : j + w.shape[1]].astype(float)
        y[n, i, j, f] = np.sum(window * w[::-1, ::-1, :, f]) + b[f]
    return y


@misconception("conv_layer", hint="only the first channel")
def only_the_first_channel(x, w, b):
    y = np.zeros(_checked(x, w, b))
    for n, f in np.ndindex(y.shape[0], y.shape[3]):
        y[n, :, :, f] = correlate2d(x[n, :, :, 0], w[:, :, 0, f]) + b[f]
    return y


@misconception("conv_layer", hint="only the last channel")
def only_the_last_channel(x, w, b):
    """`=` for `+=` in the loop over the channels."""
    y = np.zeros(_checked(x, w, b))
    for n, f, c in np.ndindex(y.shape[0], y.shape[3], x.shape[3]):
        y[n, :, :, f] = correlate2d(x[n, :, :, c], w[:, :, c, f])
    return y + b


@misconception("conv_layer", hint="one map per input channel")
def one_map_per_channel(x, w, b):
    """The channels are never added up."""
    n, height, width, filters = _checked(x, w, b)
    channels = x.shape[3]
    y = np.zeros((n, height, width, channels * filters))
    for k, c, f in np.ndindex(n, channels, filters):
        y[k, :, :, c * filters + f] = correlate2d(x[k, :, :, c], w[:, :, c, f]) + b[f]
    return y


@misconception("conv_layer", hint="added to every product")
def bias_inside_the_sum(x, w, b):
    y = np.zeros(_checked(x, w, b))
    for n, i, j, f in np.ndindex(y.shape):
        window = x[n, i : i + w.shape[0], j : j + w.shape[1]].astype(float)
        y[n, i, j, f] = np.sum(window * w[..., f] + b[f])
    return y


@misconception("conv_layer", hint="once per channel")
def bias_once_per_channel(x, w, b):
    y = np.zeros(_checked(x, w, b))
    for n, f, c in np.ndindex(y.shape[0], y.shape[3], x.shape[3]):
        y[n, :, :, f] += correlate2d(x[n, :, :, c], w[:, :, c, f]) + b[f]
    return y


@misconception("conv_layer", hint="each has its own")
def same_bias_for_every_kernel(x, w, b):
    y = np.zeros(_checked(x, w, b))
    for n, f, c in np.ndindex(y.shape[0], y.shape[3], x.shape[3]):
        y[n, :, :, f] += correlate2d(x[n, :, :, c], w[:, :, c, f])
    return y + b[0]


@misconception("conv_layer", hint="the bias is missing")
def no_bias(x, w, b):
    y = np.zeros(_checked(x, w, b))
    for n, f, c in np.ndindex(y.shape[0], y.shape[3], x.shape[3]):
        y[n, :, :, f] += correlate2d(x[n, :, :, c], w[:, :, c, f])
    return y


@misconception("conv_layer", hint="last row and column")
def layer_without_last_row_and_column(x, w, b):
    n, height, width, filters = _checked(x, w, b)
    y = np.zeros((n, height - 1, width - 1, filters))
    for k, i, j, f in np.ndindex(y.shape):
        y[k, i, j, f] = np.sum(x[k, i : i + w.shape[0], j : j + w.shape[1]] * w[..., f]) + b[f]
    return y


@misconception("conv_layer", hint="only the first picture")
def only_the_first_picture(x, w, b):
    y = np.zeros(_checked(x, w, b))
    for i, j, f in np.ndindex(y.shape[1:]):
        y[0, i, j, f] = np.sum(x[0, i : i + w.shape[0], j : j + w.shape[1]] * w[..., f]) + b[f]
    return y


@misconception("conv_layer", hint="first axis")
def returns_inside_the_loop(x, w, b):
    """The `return` is indented once too often: one picture comes out."""
    y = np.zeros(_checked(x, w, b))
    for n in range(len(x)):
        for i, j, f in np.ndindex(y.shape[1:]):
            y[n, i, j, f] = np.sum(x[n, i : i + w.shape[0], j : j + w.shape[1]] * w[..., f]) + b[f]
        return y[: n + 1]


@misconception("conv_layer", hint="channel and kernel were exchanged")
def channel_and_kernel_exchanged(x, w, b):
    """Invisible unless there are several of both; wrong shapes are refused as they should be."""
    y = np.zeros(_checked(x, w, b))
    kernels = w.reshape(*w.shape[:2], w.shape[3], w.shape[2])
    for n, f, c in np.ndindex(y.shape[0], y.shape[3], x.shape[3]):
        y[n, :, :, f] += correlate2d(x[n, :, :, c], kernels[:, :, f, c])
    return y + b


@misconception("conv_layer", hint="averaged")
def channels_averaged(x, w, b):
    y = np.zeros(_checked(x, w, b))
    for n, f, c in np.ndindex(y.shape[0], y.shape[3], x.shape[3]):
        y[n, :, :, f] += correlate2d(x[n, :, :, c], w[:, :, c, f]) / x.shape[3]
    return y + b


@misconception("conv_layer", hint="kh and kw were exchanged")
def kernel_height_and_width_exchanged(x, w, b):
    n, _, _, filters = _checked(x, w, b)
    w = w.transpose(1, 0, 2, 3)
    y = np.zeros((n, x.shape[1] - w.shape[0] + 1, x.shape[2] - w.shape[1] + 1, filters))
    for k, i, j, f in np.ndindex(y.shape):
        y[k, i, j, f] = np.sum(x[k, i : i + w.shape[0], j : j + w.shape[1]] * w[..., f]) + b[f]
    return y


@misconception("conv_layer", hint="channels of x and w differ")
def channels_never_compared(x, w, b):
    """Loops over the channels of w and never notices that x has more."""
    if (x.ndim, w.ndim, b.ndim) != (4, 4, 1) or w.shape[3] != len(b):
        raise ValueError("shapes do not match")
    if w.shape[0] > x.shape[1] or w.shape[1] > x.shape[2]:
        raise ValueError("the kernels do not fit")
    y = np.zeros((len(x), x.shape[1] - w.shape[0] + 1, x.shape[2] - w.shape[1] + 1, w.shape[3]))
    for n, f, c in np.ndindex(y.shape[0], y.shape[3], w.shape[2]):
        y[n, :, :, f] += correlate2d(x[n, :, :, c], w[:, :, c, f])
    return y + b


@misconception("conv_layer", hint="overflow")
def layer_with_8_bit_products(x, w, b):
    y = np.zeros(_checked(x, w, b))
    for n, i, j, f in np.ndindex(y.shape):
        products = x[n, i : i + w.shape[0], j : j + w.shape[1]] * w[..., f]
        y[n, i, j, f] = np.sum(products, dtype=products.dtype) + b[f]
    return y


# --- conv_layer_im2col -------------------------------------------------------------------------------------


def _windows(x, w, b):
    _checked(x, w, b)
    return np.lib.stride_tricks.sliding_window_view(x.astype(float), w.shape[:2], axis=(1, 2))


@misconception("conv_layer_im2col", hint="still a Python loop")
def still_loops(x, w, b):
    y = np.zeros(_checked(x, w, b))
    for n, i, j, f in np.ndindex(y.shape):
        y[n, i, j, f] = np.sum(x[n, i : i + w.shape[0], j : j + w.shape[1]].astype(float) * w[..., f]) + b[f]
    return y


@misconception("conv_layer_im2col", hint="still a Python loop")
def windows_cut_out_one_by_one(x, w, b):
    """One matrix product, but its table is put together pixel by pixel."""
    count, height, width, filters = _checked(x, w, b)
    (kh, kw), pixels = w.shape[:2], np.ndindex(count, height, width)
    table = np.array([x[n, i : i + kh, j : j + kw].ravel() for n, i, j in pixels], dtype=float)
    return (table @ w.reshape(-1, filters) + b).reshape(count, height, width, filters)


@misconception("conv_layer_im2col", hint="(C, kh, kw)")
def window_in_another_order(x, w, b):
    windows = _windows(x, w, b)
    table = windows.reshape(-1, w[..., 0].size)
    return (table @ w.reshape(-1, w.shape[3]) + b).reshape(*windows.shape[:3], -1)


@misconception("conv_layer_im2col", hint="mixes the kernels")
def kernels_mixed(x, w, b):
    windows = _windows(x, w, b).transpose(0, 1, 2, 4, 5, 3)
    table = windows.reshape(-1, w[..., 0].size)
    return (table @ w.reshape(w.shape[3], -1).T + b).reshape(*windows.shape[:3], -1)


@misconception("conv_layer_im2col", hint="the bias is missing")
def table_without_bias(x, w, b):
    windows = _windows(x, w, b).transpose(0, 1, 2, 4, 5, 3)
    table = windows.reshape(-1, w[..., 0].size)
    return (table @ w.reshape(-1, w.shape[3])).reshape(*windows.shape[:3], -1)


@misconception("conv_layer_im2col", hint="turned by 180°")
def table_with_flipped_kernels(x, w, b):
    windows = _windows(x, w, b).transpose(0, 1, 2, 4, 5, 3)
    table = windows.reshape(-1, w[..., 0].size)
    return (table @ w[::-1, ::-1].reshape(-1, w.shape[3]) + b).reshape(*windows.shape[:3], -1)


@misconception("conv_layer_im2col", hint="swapped")
def rows_and_columns_exchanged(x, w, b):
    windows = _windows(x, w, b).transpose(0, 2, 1, 4, 5, 3)
    table = windows.reshape(-1, w[..., 0].size)
    return (table @ w.reshape(-1, w.shape[3]) + b).reshape(*windows.shape[:3], -1)


@misconception("conv_layer_im2col", hint="F must stay the last axis")
def product_the_other_way_round(x, w, b):
    windows = _windows(x, w, b).transpose(0, 1, 2, 4, 5, 3)
    table = windows.reshape(-1, w[..., 0].size)
    product = w.reshape(-1, w.shape[3]).T @ table.T + b[:, None]
    return product.reshape(*windows.shape[:3], -1)


@misconception("conv_layer_im2col", hint="astype")
def float32_table(x, w, b):
    windows = _windows(x, w, b).transpose(0, 1, 2, 4, 5, 3)
    table = windows.reshape(-1, w[..., 0].size).astype(np.float32)
    return (table @ w.reshape(-1, w.shape[3]).astype(np.float32) + b.astype(np.float32)).reshape(*windows.shape[:3], -1)


@misconception("conv_layer_im2col", hint="w and b differ")
def one_bias_for_all_accepted(x, w, b):
    """Broadcasting hides that there is one bias for four kernels."""
    _checked(x, w, np.zeros(w.shape[3]))
    windows = np.lib.stride_tricks.sliding_window_view(x.astype(float), w.shape[:2], axis=(1, 2))
    return np.einsum("nijcab,abcf->nijf", windows, w) + b


# --- learn_kernel ------------------------------------------------------------------------------------------


def _problem(x, y, kernel_shape):
    kh, kw = kernel_shape
    if x.ndim != 2 or min(kh, kw) < 1 or kh > x.shape[0] or kw > x.shape[1]:
        raise ValueError("the kernel does not fit")
    if y.shape != (x.shape[0] - kh + 1, x.shape[1] - kw + 1):
        raise ValueError("y has the wrong shape")
    return np.zeros((kh, kw)), 1 / (kh * kw)


@misconception("learn_kernel", hint="uphill")
def goes_uphill(x, y, kernel_shape, steps):
    kernel, rate = _problem(x, y, kernel_shape)
    for _ in range(steps):
        error = correlate2d(x, kernel) - y
        kernel = kernel + rate * 2 / y.size * correlate2d(x, error)
    return kernel


@misconception("learn_kernel", hint="in the gradient is a correlation")
def gradient_by_convolution(x, y, kernel_shape, steps):
    kernel, rate = _problem(x, y, kernel_shape)
    for _ in range(steps):
        error = correlate2d(x, kernel) - y
        kernel = kernel - rate * 2 / y.size * convolve2d(x, error)
    return kernel


@misconception("learn_kernel", hint="number of steps")
def one_step_only(x, y, kernel_shape, steps):
    kernel, rate = _problem(x, y, kernel_shape)
    if steps > 0:
        error = correlate2d(x, kernel) - y
        kernel = kernel - rate * 2 / y.size * correlate2d(x, error)
    return kernel


@misconception("learn_kernel", hint="begin with zeros")
def starts_at_random(x, y, kernel_shape, steps):
    kernel, rate = _problem(x, y, kernel_shape)
    kernel = np.random.default_rng(0).normal(size=kernel_shape)
    for _ in range(steps):
        error = correlate2d(x, kernel) - y
        kernel -= rate * 2 / y.size * correlate2d(x, error)
    return kernel


@misconception("learn_kernel", hint="steps are too long")
def sum_for_mean(x, y, kernel_shape, steps):
    kernel, _ = _problem(x, y, kernel_shape)
    for _ in range(steps):
        error = correlate2d(x, kernel) - y
        kernel = np.clip(kernel - 2 * correlate2d(x, error), -1e100, 1e100)
    return kernel


@misconception("learn_kernel", hint="suits every kernel")
def rate_one(x, y, kernel_shape, steps):
    """Solves the example by hand in one step."""
    kernel, _ = _problem(x, y, kernel_shape)
    for _ in range(steps):
        error = correlate2d(x, kernel) - y
        kernel = np.clip(kernel - 2 / y.size * correlate2d(x, error), -1e100, 1e100)
    return kernel


@misconception("learn_kernel", hint="steps are too short")
def rate_far_too_low(x, y, kernel_shape, steps):
    kernel, _ = _problem(x, y, kernel_shape)
    for _ in range(steps):
        error = correlate2d(x, kernel) - y
        kernel -= 1e-4 * 2 / y.size * correlate2d(x, error)
    return kernel


@misconception("learn_kernel", hint="as many steps as asked")
def solves_at_once(x, y, kernel_shape, steps):
    """Least squares instead of gradient descent."""
    _problem(x, y, kernel_shape)
    windows = np.lib.stride_tricks.sliding_window_view(x.astype(float), kernel_shape)
    table = windows.reshape(y.size, -1)
    return np.linalg.lstsq(table, y.ravel().astype(float), rcond=None)[0].reshape(kernel_shape)


@misconception("learn_kernel", hint="turned by 180°")
def learns_for_convolution(x, y, kernel_shape, steps):
    kernel, rate = _problem(x, y, kernel_shape)
    for _ in range(steps):
        error = convolve2d(x, kernel) - y
        kernel -= rate * 2 / y.size * correlate2d(x, error)[::-1, ::-1]
    return kernel


@misconception("learn_kernel", hint="error anew")
def error_computed_once(x, y, kernel_shape, steps):
    kernel, rate = _problem(x, y, kernel_shape)
    gradient = 2 / y.size * correlate2d(x, correlate2d(x, kernel) - y)
    for _ in range(steps):
        kernel = kernel - rate * gradient
    return kernel


@misconception("learn_kernel", hint="another shape than the correlation")
def shape_of_y_never_compared(x, y, kernel_shape, steps):
    kh, kw = kernel_shape
    if x.ndim != 2 or min(kh, kw) < 1 or kh > x.shape[0] or kw > x.shape[1]:
        raise ValueError("the kernel does not fit")
    kernel = np.zeros((kh, kw))
    for _ in range(steps):
        predicted = correlate2d(x, kernel)
        error = predicted - y[: predicted.shape[0], : predicted.shape[1]]
        kernel -= 2 / (kh * kw * error.size) * correlate2d(x, error)
    return kernel
