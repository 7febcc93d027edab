"""Typical wrong answers to 02, each complete and plausible, with the hint that its failing check must show.

A function takes the place of the student's; everything else in the notebook is the reference, which is where
`output_size`, `same_padding`, `pad2d` and the given `pair`, `sides`, `conv_layer` come from.
"""

import math

import numpy as np

from autograder.misconceptions import misconception

# --- output_size -------------------------------------------------------------------------------------------


def _room(n, k, stride, padding, dilation):
    if min(n, k, stride, dilation) < 1 or padding < 0:
        raise ValueError("too small")
    room = n + 2 * padding - dilation * (k - 1) - 1
    if room < 0:
        raise ValueError("the window does not fit")
    return room


@misconception("output_size", hint="rounded up")
def rounded_up(n, k, stride=1, padding=0, dilation=1):
    return math.ceil(_room(n, k, stride, padding, dilation) / stride) + 1


@misconception("output_size", hint="to the nearest")
def rounded_to_the_nearest(n, k, stride=1, padding=0, dilation=1):
    return round(_room(n, k, stride, padding, dilation) / stride) + 1


@misconception("output_size", hint="not rounded")
def not_rounded_at_all(n, k, stride=1, padding=0, dilation=1):
    return _room(n, k, stride, padding, dilation) / stride + 1


@misconception("output_size", hint="`return` missing")
def size_not_returned(n, k, stride=1, padding=0, dilation=1):
    _room(n, k, stride, padding, dilation)


@misconception("output_size", hint="on both sides")
def padding_counted_once(n, k, stride=1, padding=0, dilation=1):
    _room(n, k, stride, padding, dilation)
    return (n + padding - dilation * (k - 1) - 1) // stride + 1


@misconception("output_size", hint="first place is not counted")
def first_place_forgotten(n, k, stride=1, padding=0, dilation=1):
    return _room(n, k, stride, padding, dilation) // stride


@misconception("output_size", hint="before the division")
def one_added_before_the_division(n, k, stride=1, padding=0, dilation=1):
    return (_room(n, k, stride, padding, dilation) + 1) // stride


@misconception("output_size", hint="dilation has no effect")
def dilation_ignored(n, k, stride=1, padding=0, dilation=1):
    _room(n, k, stride, padding, dilation)
    return (n + 2 * padding - k) // stride + 1


@misconception("output_size", hint="between the cells")
def dilation_times_kernel(n, k, stride=1, padding=0, dilation=1):
    _room(n, k, stride, padding, dilation)
    return (n + 2 * padding - dilation * k) // stride + 1


@misconception("output_size", hint="stride has no effect")
def stride_ignored(n, k, stride=1, padding=0, dilation=1):
    return _room(n, k, stride, padding, dilation) + 1


@misconception("output_size", hint="when the window does not fit")
def large_window_accepted(n, k, stride=1, padding=0, dilation=1):
    """Says that 0 windows fit, which is true and no size of a picture."""
    if min(n, k, stride, dilation) < 1 or padding < 0:
        raise ValueError("too small")
    return max((n + 2 * padding - dilation * (k - 1) - 1) // stride + 1, 0)


@misconception("output_size", hint="the stride is 0")
def stride_zero_divides(n, k, stride=1, padding=0, dilation=1):
    room = n + 2 * padding - dilation * (k - 1) - 1
    if room < 0:
        raise ValueError("the window does not fit")
    return room // stride + 1


@misconception("output_size", hint="without dilation")
def fit_judged_without_dilation(n, k, stride=1, padding=0, dilation=1):
    if min(n, k, stride, dilation) < 1 or padding < 0 or k > n + 2 * padding:
        raise ValueError("the window does not fit")
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride + 1


# --- slip --------------------------------------------------------------------------------------------------


@misconception("slip", hint="is the one that is printed")
def printed_number_again():
    return [6, 5]


@misconception("slip", hint="first place is not counted")
def places_after_the_first():
    return [6, 7]


@misconception("slip", hint="with stride 2")
def with_stride_two():
    return [6, 4]


@misconception("slip", hint="swapped")
def size_before_row():
    return [8, 6]


@misconception("slip", hint="that line is right")
def rows_counted_from_zero():
    return [5, 8]


@misconception("slip", hint="that line is right")
def the_strided_row():
    """(5 + 2 − 3)/2 without the + 1."""
    return [3, 2]


@misconception("slip", hint="that line is right")
def the_large_numbers():
    return [4, 54]


# --- same_padding ------------------------------------------------------------------------------------------


def _zeros(n, k, stride):
    if min(n, k, stride) < 1:
        raise ValueError("n, k and stride are at least 1")
    return max((-(-n // stride) - 1) * stride + k - n, 0)


@misconception("same_padding", hint="stride was not asked")
def same_without_stride(n, k, stride=1):
    _zeros(n, k, stride)
    return (k - 1) // 2, k // 2


@misconception("same_padding", hint="`return` missing")
def zeros_not_returned(n, k, stride=1):
    _zeros(n, k, stride)


@misconception("same_padding", hint="goes after")
def odd_zero_before(n, k, stride=1):
    zeros = _zeros(n, k, stride)
    return zeros - zeros // 2, zeros // 2


@misconception("same_padding", hint="one zero too few")
def odd_zero_dropped(n, k, stride=1):
    zeros = _zeros(n, k, stride)
    return zeros // 2, zeros // 2


@misconception("same_padding", hint="one zero too many")
def odd_zero_on_both_sides(n, k, stride=1):
    zeros = _zeros(n, k, stride)
    return (zeros + 1) // 2, (zeros + 1) // 2


@misconception("same_padding", hint="all on one side")
def all_after(n, k, stride=1):
    return 0, _zeros(n, k, stride)


@misconception("same_padding", hint="negative")
def negative_zeros(n, k, stride=1):
    _zeros(n, k, stride)
    zeros = (-(-n // stride) - 1) * stride + k - n
    return zeros // 2, zeros - zeros // 2


@misconception("same_padding", hint="as many places as cells")
def aims_at_n_places(n, k, stride=1):
    _zeros(n, k, stride)
    zeros = (n - 1) * stride + k - n
    return zeros // 2, zeros - zeros // 2


@misconception("same_padding", hint="rounded down")
def places_rounded_down(n, k, stride=1):
    _zeros(n, k, stride)
    zeros = max((n // stride - 1) * stride + k - n, 0)
    return zeros // 2, zeros - zeros // 2


@misconception("same_padding", hint="two numbers")
def total_alone(n, k, stride=1):
    return _zeros(n, k, stride)


@misconception("same_padding", hint="the stride is 0")
def same_divides_by_zero(n, k, stride=1):
    zeros = max((-(-n // stride) - 1) * stride + k - n, 0)
    return zeros // 2, zeros - zeros // 2


# --- pad2d -------------------------------------------------------------------------------------------------


def _padded(x, padding, **options):
    if x.ndim != 4:
        raise ValueError("x needs four axes")
    rows, columns = sides(padding)
    return np.pad(x.astype(float), ((0, 0), rows, columns, (0, 0)), **options)


@misconception("pad2d", hint="border was repeated")
def edge_repeated(x, padding, value=0.0):
    return _padded(x, padding, mode="edge")


@misconception("pad2d", hint="was mirrored")
def border_mirrored(x, padding, value=0.0):
    return _padded(x, padding, mode="symmetric")


@misconception("pad2d", hint="value has no effect")
def always_zeros(x, padding, value=0.0):
    return _padded(x, padding)


@misconception("pad2d", hint="channels were padded")
def channels_padded(x, padding, value=0.0):
    """The last two axes, as for (N, C, H, W)."""
    if x.ndim != 4:
        raise ValueError("x needs four axes")
    return np.pad(x.astype(float), ((0, 0), (0, 0), *sides(padding)), constant_values=value)


@misconception("pad2d", hint="pictures were padded")
def pictures_padded(x, padding, value=0.0):
    """The first two axes, as for one (H, W, C)."""
    if x.ndim != 4:
        raise ValueError("x needs four axes")
    return np.pad(x.astype(float), (*sides(padding), (0, 0), (0, 0)), constant_values=value)


@misconception("pad2d", hint="rows and columns were exchanged")
def rows_and_columns_exchanged(x, padding, value=0.0):
    rows, columns = sides(padding)
    return _padded(x, (columns, rows), constant_values=value)


@misconception("pad2d", hint="all on one side")
def all_before(x, padding, value=0.0):
    (top, bottom), (left, right) = sides(padding)
    return _padded(x, ((top + bottom, 0), (left + right, 0)), constant_values=value)


@misconception("pad2d", hint="before and after were exchanged")
def before_and_after_exchanged(x, padding, value=0.0):
    (top, bottom), (left, right) = sides(padding)
    return _padded(x, ((bottom, top), (right, left)), constant_values=value)


@misconception("pad2d", hint="first of each pair")
def first_of_each_pair_on_both_sides(x, padding, value=0.0):
    (top, _), (left, _) = sides(padding)
    return _padded(x, (top, left), constant_values=value)


@misconception("pad2d", hint="cut to a whole number")
def keeps_the_dtype(x, padding, value=0.0):
    if x.ndim != 4:
        raise ValueError("x needs four axes")
    (top, bottom), (left, right) = sides(padding)
    count, height, width, channels = x.shape
    shape = (count, top + height + bottom, left + width + right, channels)
    result = np.full(shape, value).astype(x.dtype)
    result[:, top : top + height, left : left + width] = x
    return result


@misconception("pad2d", hint="negative")
def negative_padding_crops(x, padding, value=0.0):
    if x.ndim != 4:
        raise ValueError("x needs four axes")
    rows, columns = padding if isinstance(padding, tuple) else (padding, padding)
    (top, bottom), (left, right) = (s if isinstance(s, tuple) else (s, s) for s in (rows, columns))
    count, height, width, channels = x.shape
    result = np.full((count, top + height + bottom, left + width + right, channels), float(value))
    inside = result[:, max(top, 0) : top + height, max(left, 0) : left + width]
    inside[:] = x[:, max(-top, 0) :, max(-left, 0) :][:, : inside.shape[1], : inside.shape[2]]
    return result


@misconception("pad2d", hint="three axes")
def one_picture_accepted(x, padding, value=0.0):
    spatial = (*sides(padding), (0, 0))
    return np.pad(x.astype(float), ((0, 0), *spatial) if x.ndim == 4 else spatial, constant_values=value)


# --- conv2d ------------------------------------------------------------------------------------------------


def _parts(x, w, b, strides, padding):
    """Everything checked, as the reference does it: (x, w, b, (sh, sw), ((top, bottom), (left, right)))."""
    x, w, b = (np.asarray(array, dtype=float) for array in (x, w, b))
    if (x.ndim, w.ndim, b.ndim) != (4, 4, 1) or x.shape[3] != w.shape[2] or b.shape != w.shape[3:]:
        raise ValueError("shapes do not match")
    sh, sw = pair(strides)
    if padding == "same":
        padding = same_padding(x.shape[1], w.shape[0], sh), same_padding(x.shape[2], w.shape[1], sw)
    return x, w, b, (sh, sw), sides(0 if padding == "valid" else padding)


@misconception("conv2d", hint="rows only")
def stride_on_rows_only(x, w, b, strides=(1, 1), padding="valid"):
    x, w, b, (sh, _), padding = _parts(x, w, b, strides, padding)
    return conv_layer(pad2d(x, padding), w, b)[:, ::sh]


@misconception("conv2d", hint="columns only")
def stride_on_columns_only(x, w, b, strides=(1, 1), padding="valid"):
    x, w, b, (_, sw), padding = _parts(x, w, b, strides, padding)
    return conv_layer(pad2d(x, padding), w, b)[:, :, ::sw]


@misconception("conv2d", hint="strides of rows and columns were exchanged")
def strides_exchanged(x, w, b, strides=(1, 1), padding="valid"):
    x, w, b, (sh, sw), padding = _parts(x, w, b, strides, padding)
    return conv_layer(pad2d(x, padding), w, b)[:, ::sw, ::sh]


@misconception("conv2d", hint="strides of rows and columns were exchanged")
def columns_first_in_strides(x, w, b, strides=(1, 1), padding="valid"):
    """`sw, sh = strides`, so that "same" is counted with them as well."""
    x, w, b, (sh, sw), padding = _parts(x, w, b, pair(strides)[::-1], padding)
    return conv_layer(pad2d(x, padding), w, b)[:, ::sh, ::sw]


@misconception("conv2d", hint="zeros for rows and columns were exchanged")
def same_zeros_exchanged(x, w, b, strides=(1, 1), padding="valid"):
    same = isinstance(padding, str) and padding == "same"
    x, w, b, (sh, sw), (rows, columns) = _parts(x, w, b, strides, padding)
    padding = (columns, rows) if same else (rows, columns)
    return conv_layer(pad2d(x, padding), w, b)[:, ::sh, ::sw]


@misconception("conv2d", hint="x has three axes")
def one_picture_accepted_by_the_layer(x, w, b, strides=(1, 1), padding="valid"):
    x, w, b, (sh, sw), padding = _parts(x[None] if x.ndim == 3 else x, w, b, strides, padding)
    return conv_layer(pad2d(x, padding), w, b)[:, ::sh, ::sw]


@misconception("conv2d", hint="stride has no effect")
def layer_without_stride(x, w, b, strides=(1, 1), padding="valid"):
    x, w, b, _, padding = _parts(x, w, b, strides, padding)
    return conv_layer(pad2d(x, padding), w, b)


@misconception("conv2d", hint="starts at the second place")
def starts_at_the_second_place(x, w, b, strides=(1, 1), padding="valid"):
    x, w, b, (sh, sw), padding = _parts(x, w, b, strides, padding)
    return conv_layer(pad2d(x, padding), w, b)[:, sh - 1 :: sh, sw - 1 :: sw]


@misconception("conv2d", hint="was not padded")
def never_padded(x, w, b, strides=(1, 1), padding="valid"):
    x, w, b, (sh, sw), _ = _parts(x, w, b, strides, padding)
    return conv_layer(x, w, b)[:, ::sh, ::sw]


@misconception("conv2d", hint="as if the stride were 1")
def same_padding_for_stride_one(x, w, b, strides=(1, 1), padding="valid"):
    if padding == "same":
        padding = same_padding(x.shape[1], w.shape[0]), same_padding(x.shape[2], w.shape[1])
    x, w, b, (sh, sw), padding = _parts(x, w, b, strides, padding)
    return conv_layer(pad2d(x, padding), w, b)[:, ::sh, ::sw]


@misconception("conv2d", hint="odd zero")
def odd_zero_of_the_layer_before(x, w, b, strides=(1, 1), padding="valid"):
    same = isinstance(padding, str) and padding == "same"
    x, w, b, (sh, sw), (rows, columns) = _parts(x, w, b, strides, padding)
    padding = (rows[::-1], columns[::-1]) if same else (rows, columns)
    return conv_layer(pad2d(x, padding), w, b)[:, ::sh, ::sw]


@misconception("conv2d", hint="padding of the rows was used for the columns")
def padding_of_rows_for_both(x, w, b, strides=(1, 1), padding="valid"):
    x, w, b, (sh, sw), (rows, _) = _parts(x, w, b, strides, padding)
    return conv_layer(pad2d(x, (rows, rows)), w, b)[:, ::sh, ::sw]


@misconception("conv2d", hint="result was padded")
def result_padded(x, w, b, strides=(1, 1), padding="valid"):
    """The size is right, the numbers at the border are not."""
    x, w, b, (sh, sw), padding = _parts(x, w, b, strides, padding)
    return pad2d(conv_layer(x, w, b), padding)[:, ::sh, ::sw]


@misconception("conv2d", hint="not with zeros")
def padded_with_the_border(x, w, b, strides=(1, 1), padding="valid"):
    x, w, b, (sh, sw), (rows, columns) = _parts(x, w, b, strides, padding)
    padded = np.pad(x, ((0, 0), rows, columns, (0, 0)), mode="edge")
    return conv_layer(padded, w, b)[:, ::sh, ::sw]


@misconception("conv2d", hint="turned by 180°")
def layer_with_turned_kernels(x, w, b, strides=(1, 1), padding="valid"):
    x, w, b, (sh, sw), padding = _parts(x, w, b, strides, padding)
    return conv_layer(pad2d(x, padding), w[::-1, ::-1], b)[:, ::sh, ::sw]


@misconception("conv2d", hint="bias is missing")
def layer_without_bias(x, w, b, strides=(1, 1), padding="valid"):
    x, w, b, (sh, sw), padding = _parts(x, w, b, strides, padding)
    return conv_layer(pad2d(x, padding), w, 0 * b)[:, ::sh, ::sw]


@misconception("conv2d", hint="no word for a padding")
def any_other_word_is_valid(x, w, b, strides=(1, 1), padding="valid"):
    padding = "valid" if isinstance(padding, str) and padding != "same" else padding
    x, w, b, (sh, sw), padding = _parts(x, w, b, strides, padding)
    return conv_layer(pad2d(x, padding), w, b)[:, ::sh, ::sw]


@misconception("conv2d", hint="stride is below 1")
def negative_stride_accepted(x, w, b, strides=(1, 1), padding="valid"):
    """A slice with step −1 runs backwards and does not complain."""
    sh, sw = strides if isinstance(strides, tuple) else (strides, strides)
    x, w, b, _, padding = _parts(x, w, b, (abs(sh), abs(sw)), padding)
    return conv_layer(pad2d(x, padding), w, b)[:, ::sh, ::sw]


@misconception("conv2d", hint="w and b differ")
def one_bias_for_all_accepted(x, w, b, strides=(1, 1), padding="valid"):
    x, w, b, (sh, sw), padding = _parts(x, w, np.resize(b, w.shape[3:]), strides, padding)
    return conv_layer(pad2d(x, padding), w, b)[:, ::sh, ::sw]


# --- conv_params, conv_macs --------------------------------------------------------------------------------


def _sizes(*sizes):
    if min(sizes) < 1:
        raise ValueError("sizes are at least 1")
    return math.prod(sizes)


@misconception("conv_params", hint="biases are missing")
def biases_forgotten(kh, kw, c_in, c_out, bias=True):
    return _sizes(kh, kw, c_in, c_out)


@misconception("conv_params", hint="counted twice")
def biases_twice(kh, kw, c_in, c_out, bias=True):
    """As lecture E writes it."""
    return c_out * (_sizes(kh, kw, c_in) + bias) + _sizes(c_out) * bias


@misconception("conv_params", hint="one bias for the whole layer")
def one_bias_for_the_layer(kh, kw, c_in, c_out, bias=True):
    return _sizes(kh, kw, c_in, c_out) + bias


@misconception("conv_params", hint="per channel of the input")
def one_bias_per_input_channel(kh, kw, c_in, c_out, bias=True):
    return _sizes(kh, kw, c_in, c_out) + c_in * bias


@misconception("conv_params", hint="only one kernel")
def one_kernel_only(kh, kw, c_in, c_out, bias=True):
    _sizes(c_out)
    return _sizes(kh, kw, c_in) + bias


@misconception("conv_params", hint="as deep as the input")
def flat_kernels(kh, kw, c_in, c_out, bias=True):
    _sizes(c_in)
    return _sizes(kh, kw, c_out) + c_out * bias


@misconception("conv_params", hint="bias=False has no effect")
def bias_always(kh, kw, c_in, c_out, bias=True):
    return _sizes(kh, kw, c_in, c_out) + c_out


@misconception("conv_params", hint="a size is below 1")
def size_zero_accepted(kh, kw, c_in, c_out, bias=True):
    return (kh * kw * c_in + bias) * c_out


@misconception("conv_params", hint="only one place")
class ParametersForProducts:
    @staticmethod
    def conv_macs(h_out, w_out, kh, kw, c_in, c_out):
        _sizes(h_out, w_out)
        return _sizes(kh, kw, c_in, c_out)


@misconception("conv_params", hint="counts no bias")
class BiasesAmongTheProducts:
    @staticmethod
    def conv_macs(h_out, w_out, kh, kw, c_in, c_out):
        return _sizes(h_out, w_out) * (_sizes(kh, kw, c_in) + 1) * _sizes(c_out)


@misconception("conv_params", hint="multiply and add are one")
class MultiplyAndAddCountedApart:
    @staticmethod
    def conv_macs(h_out, w_out, kh, kw, c_in, c_out):
        return 2 * _sizes(h_out, w_out, kh, kw, c_in, c_out)


@misconception("conv_params", hint="all channels of the input")
class OneInputChannel:
    @staticmethod
    def conv_macs(h_out, w_out, kh, kw, c_in, c_out):
        _sizes(c_in)
        return _sizes(h_out, w_out, kh, kw, c_out)


@misconception("conv_params", hint="only one of the maps")
class OneMap:
    @staticmethod
    def conv_macs(h_out, w_out, kh, kw, c_in, c_out):
        _sizes(c_out)
        return _sizes(h_out, w_out, kh, kw, c_in)


# --- trace_shapes ------------------------------------------------------------------------------------------


class _Trace:
    """The reference in parts, so that each wrong answer changes one of them."""

    def size(self, n, k, stride, padding):
        """Size along one axis; padding is "same", "valid" or (before, after)."""
        before, after = self.zeros(n, k, stride, padding)
        return output_size(n + before + after, k, stride)

    def zeros(self, n, k, stride, padding):
        if padding == "same":
            return same_padding(n, k, stride)
        return (0, 0) if padding == "valid" else padding

    def conv(self, shape, filters, kernel, stride, padding):
        if len(shape) != 3 or filters < 1:
            raise ValueError("no convolution here")
        padding = (padding, padding) if isinstance(padding, str) else sides(padding)
        size = [self.size(*each) for each in zip(shape, pair(kernel), pair(stride), padding, strict=False)]
        return (*size, filters), self.conv_count(shape, pair(kernel), filters, size)

    def conv_count(self, shape, kernel, filters, size):
        return conv_params(*kernel, shape[2], filters)

    def pool(self, shape, size, stride):
        if len(shape) != 3:
            raise ValueError("no pooling here")
        return (*(output_size(*each) for each in zip(shape, pair(size), pair(stride), strict=False)), shape[2]), 0

    def dense(self, shape, units):
        if units < 1:
            raise ValueError("a dense layer has units")
        return (units,), (math.prod(shape) + 1) * units

    def trace(self, shape, layers):
        result, shape = [], tuple(shape)
        for kind, *options in layers:
            if kind not in ("conv", "pool", "dense"):
                raise ValueError(f"no layer {kind!r}")
            try:
                shape, count = getattr(self, kind)(shape, *options)
            except TypeError:
                raise ValueError(f"wrong options for {kind!r}") from None
            result.append((kind, shape, count))
        return result


@misconception("trace_shapes", hint="rounded up")
def pools_rounded_up(input_shape, layers):
    class Trace(_Trace):
        def pool(self, shape, size, stride):
            super().pool(shape, size, stride)
            each = zip(shape, pair(size), pair(stride), strict=False)
            return (*((n - k + s - 1) // s + 1 for n, k, s in each), shape[2]), 0

    return Trace().trace(input_shape, layers)


@misconception("trace_shapes", hint="rows and columns were exchanged")
def kernel_pairs_turned(input_shape, layers):
    class Trace(_Trace):
        def conv(self, shape, filters, kernel, stride, padding):
            return super().conv(shape, filters, pair(kernel)[::-1], pair(stride)[::-1], padding)

    return Trace().trace(input_shape, layers)


@misconception("trace_shapes", hint="taken for square")
def height_for_both(input_shape, layers):
    class Trace(_Trace):
        def conv(self, shape, filters, kernel, stride, padding):
            (height, _, filters), count = super().conv(shape, filters, kernel, stride, padding)
            return (height, height, filters), count

        def pool(self, shape, size, stride):
            (height, _, channels), count = super().pool(shape, size, stride)
            return (height, height, channels), count

    return Trace().trace(input_shape, layers)


@misconception("trace_shapes", hint="padding was counted once")
def trace_counts_padding_once(input_shape, layers):
    class Trace(_Trace):
        def zeros(self, n, k, stride, padding):
            before, after = super().zeros(n, k, stride, padding)
            return (before, 0) if padding != "same" else (before, after)

    return Trace().trace(input_shape, layers)


@misconception("trace_shapes", hint="with stride 1 only")
def same_keeps_the_size_whatever_the_stride(input_shape, layers):
    class Trace(_Trace):
        def size(self, n, k, stride, padding):
            return n if padding == "same" else super().size(n, k, stride, padding)

    return Trace().trace(input_shape, layers)


@misconception("trace_shapes", hint="times the places")
def parameters_at_every_place(input_shape, layers):
    class Trace(_Trace):
        def conv_count(self, shape, kernel, filters, size):
            return super().conv_count(shape, kernel, filters, size) * math.prod(size)

    return Trace().trace(input_shape, layers)


@misconception("trace_shapes", hint="channels of the first input")
def always_the_first_channels(input_shape, layers):
    class Trace(_Trace):
        def conv_count(self, shape, kernel, filters, size):
            return conv_params(*kernel, input_shape[-1], filters)

    return Trace().trace(input_shape, layers)


@misconception("trace_shapes", hint="biases of the dense layers")
def dense_without_bias(input_shape, layers):
    class Trace(_Trace):
        def dense(self, shape, units):
            (units,), _ = super().dense(shape, units)
            return (units,), math.prod(shape) * units

    return Trace().trace(input_shape, layers)


@misconception("trace_shapes", hint="biases of the convolutions")
def convolutions_without_bias(input_shape, layers):
    class Trace(_Trace):
        def conv_count(self, shape, kernel, filters, size):
            return conv_params(*kernel, shape[2], filters, bias=False)

    return Trace().trace(input_shape, layers)


@misconception("trace_shapes", hint="flattening was forgotten")
def dense_sees_channels_only(input_shape, layers):
    """As `Dense` does in Keras on an input that nobody flattened."""

    class Trace(_Trace):
        def dense(self, shape, units):
            (units,), _ = super().dense(shape, units)
            return (units,), (shape[-1] + 1) * units

    return Trace().trace(input_shape, layers)


@misconception("trace_shapes", hint="one entry per layer")
def flatten_has_its_own_entry(input_shape, layers):
    result = []
    for entry in _Trace().trace(input_shape, layers):
        if entry[0] == "dense" and result and len(result[-1][1]) == 3:
            result.append(("flatten", (math.prod(result[-1][1]),), 0))
        result.append(entry)
    return result


@misconception("trace_shapes", hint="each layer's own")
def parameters_added_up(input_shape, layers):
    result, total = [], 0
    for kind, shape, count in _Trace().trace(input_shape, layers):
        total += count
        result.append((kind, shape, total))
    return result


@misconception("trace_shapes", hint="pooling has no parameters")
def pooling_with_parameters(input_shape, layers):
    class Trace(_Trace):
        def pool(self, shape, size, stride):
            shape, _ = super().pool(shape, size, stride)
            return shape, conv_params(*pair(size), 1, shape[2])

    return Trace().trace(input_shape, layers)


@misconception("trace_shapes", hint="unknown kind")
def unknown_layers_skipped(input_shape, layers):
    return _Trace().trace(input_shape, [layer for layer in layers if layer[0] in ("conv", "pool", "dense")])


@misconception("trace_shapes", hint="no units")
def dense_without_units_accepted(input_shape, layers):
    class Trace(_Trace):
        def dense(self, shape, units):
            return (units,), (math.prod(shape) + 1) * units

    return Trace().trace(input_shape, layers)
