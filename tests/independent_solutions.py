"""Three students' solutions of 01, written apart from each other: texts, for the test of what is alike."""

from __future__ import annotations

LOOPS = {
    "weighted_average": """def weighted_average(x, w):
    x = np.array(x, dtype=float)
    w = np.array(w, dtype=float)
    if x.ndim != 1 or w.ndim != 1:
        raise ValueError("one axis each")
    if len(w) > len(x):
        raise ValueError("too many weights")
    out = []
    for t in range(len(x) - len(w) + 1):
        total = 0.0
        for i in range(len(w)):
            total += x[t + i] * w[i]
        out.append(total)
    return np.array(out)""",
    "correlate2d": """def correlate2d(image, kernel):
    if image.ndim != 2 or kernel.ndim != 2:
        raise ValueError("both need two axes")
    H, W = image.shape
    kh, kw = kernel.shape
    if kh > H or kw > W:
        raise ValueError("the kernel is larger than the image")
    result = np.zeros((H - kh + 1, W - kw + 1))
    for r in range(H - kh + 1):
        for c in range(W - kw + 1):
            s = 0.0
            for a in range(kh):
                for b in range(kw):
                    s += float(image[r + a, c + b]) * float(kernel[a, b])
            result[r, c] = s
    return result""",
    "convolve2d": """def convolve2d(image, kernel):
    return correlate2d(image, kernel[::-1, ::-1])""",
    "conv_layer": """def conv_layer(x, w, b):
    if x.ndim != 4 or w.ndim != 4 or b.ndim != 1:
        raise ValueError("wrong number of axes")
    N, H, W, C = x.shape
    kh, kw, C2, F = w.shape
    if C != C2 or b.shape[0] != F or kh > H or kw > W:
        raise ValueError("shapes do not fit")
    y = np.zeros((N, H - kh + 1, W - kw + 1, F))
    for n in range(N):
        for f in range(F):
            y[n, :, :, f] += b[f]
            for c in range(C):
                y[n, :, :, f] += correlate2d(x[n, :, :, c], w[:, :, c, f])
    return y""",
    "conv_layer_im2col": """def conv_layer_im2col(x, w, b):
    N, H, W, C = x.shape
    kh, kw, C2, F = w.shape
    if C != C2 or b.shape[0] != F or kh > H or kw > W:
        raise ValueError("shapes do not fit")
    oh, ow = H - kh + 1, W - kw + 1
    columns = np.zeros((N, oh, ow, kh * kw * C))
    at = 0
    for i in range(kh):
        for j in range(kw):
            columns[:, :, :, at : at + C] = x[:, i : i + oh, j : j + ow, :]
            at += C
    return (columns.reshape(-1, kh * kw * C) @ w.reshape(-1, F) + b).reshape(N, oh, ow, F)""",
    "learn_kernel": """def learn_kernel(x, y, kernel_shape, steps):
    k = np.zeros(kernel_shape)
    rate = 1.0 / (kernel_shape[0] * kernel_shape[1])
    for _ in range(steps):
        diff = correlate2d(x, k) - y
        grad = np.zeros(kernel_shape)
        for a in range(kernel_shape[0]):
            for b in range(kernel_shape[1]):
                grad[a, b] = 2 * np.mean(diff * x[a : a + y.shape[0], b : b + y.shape[1]])
        k = k - rate * grad
    return k""",
}

BROADCASTING = {
    "weighted_average": """def weighted_average(x, w):
    x, w = np.asarray(x, float), np.asarray(w, float)
    if x.ndim != 1 or w.ndim != 1 or w.size > x.size:
        raise ValueError(f"cannot average {x.shape} with {w.shape}")
    places = x.size - w.size + 1
    return np.array([x[start : start + w.size] @ w for start in range(places)])""",
    "correlate2d": """def correlate2d(image, kernel):
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    if image.ndim != 2 or kernel.ndim != 2:
        raise ValueError("expected pictures of two axes")
    height = image.shape[0] - kernel.shape[0] + 1
    width = image.shape[1] - kernel.shape[1] + 1
    if min(height, width) < 1:
        raise ValueError("the window does not fit in")
    total = np.zeros((height, width))
    for (row, column), weight in np.ndenumerate(kernel):
        total += weight * image[row : row + height, column : column + width]
    return total""",
    "convolve2d": """def convolve2d(image, kernel):
    turned = np.rot90(np.asarray(kernel), 2)
    return correlate2d(image, turned)""",
    "conv_layer": """def conv_layer(x, w, b):
    if not (np.ndim(x) == np.ndim(w) == 4):
        raise ValueError("x and w have four axes")
    if x.shape[3] != w.shape[2] or w.shape[3] != len(b):
        raise ValueError("channels and filters must match")
    h, v = x.shape[1] - w.shape[0] + 1, x.shape[2] - w.shape[1] + 1
    if h < 1 or v < 1:
        raise ValueError("kernel too large")
    maps = np.zeros((len(x), h, v, len(b))) + b
    for row in range(w.shape[0]):
        for column in range(w.shape[1]):
            maps += x[:, row : row + h, column : column + v] @ w[row, column]
    return maps""",
    "conv_layer_im2col": """def conv_layer_im2col(x, w, b):
    if x.shape[-1] != w.shape[2] or w.shape[-1] != len(b):
        raise ValueError("channels and filters must match")
    if w.shape[0] > x.shape[1] or w.shape[1] > x.shape[2]:
        raise ValueError("kernel too large")
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[:2], axis=(1, 2))
    patches = np.moveaxis(windows, 3, -1)
    flat = patches.reshape(*patches.shape[:3], -1)
    return flat @ w.reshape(flat.shape[-1], -1) + b""",
    "learn_kernel": """def learn_kernel(x, y, kernel_shape, steps):
    guess = np.zeros(kernel_shape)
    for step in range(steps):
        residual = correlate2d(x, guess) - y
        guess -= correlate2d(x, residual) / residual.size
    return guess""",
}

TENSORDOT = {
    "weighted_average": """def weighted_average(x, w):
    if np.ndim(x) > 1 or np.ndim(w) > 1:
        raise ValueError("vectors only")
    if len(x) < len(w):
        raise ValueError("more weights than readings")
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(x, dtype=np.float64), len(w))
    return windows @ np.asarray(w, dtype=np.float64)""",
    "correlate2d": """def correlate2d(image, kernel):
    image = image.astype(np.float64)
    if len(image.shape) != 2:
        raise ValueError("image is not 2-D")
    if len(kernel.shape) != 2:
        raise ValueError("kernel is not 2-D")
    if any(k > n for k, n in zip(kernel.shape, image.shape)):
        raise ValueError("kernel does not fit")
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.tensordot(windows, kernel, axes=2)""",
    "convolve2d": """def convolve2d(image, kernel):
    flipped = np.flip(kernel)
    return correlate2d(image, flipped)""",
    "conv_layer": """def conv_layer(x, w, b):
    images, filters = np.asarray(x, np.float64), np.asarray(w, np.float64)
    if images.ndim != 4: raise ValueError("x")
    if filters.ndim != 4: raise ValueError("w")
    if images.shape[3] != filters.shape[2]: raise ValueError("channels")
    if filters.shape[3:] != np.shape(b): raise ValueError("bias")
    rows = [r for r in range(images.shape[1]) if r + filters.shape[0] <= images.shape[1]]
    cols = [c for c in range(images.shape[2]) if c + filters.shape[1] <= images.shape[2]]
    if not rows or not cols: raise ValueError("size")
    answer = np.empty((images.shape[0], len(rows), len(cols), filters.shape[3]))
    for r in rows:
        for c in cols:
            patch = images[:, r:r + filters.shape[0], c:c + filters.shape[1]]
            answer[:, r, c] = np.tensordot(patch, filters, axes=([1, 2, 3], [0, 1, 2])) + b
    return answer""",
    "conv_layer_im2col": """def conv_layer_im2col(x, w, b):
    n, height, width, channels = np.shape(x)
    k1, k2, expected, filters = np.shape(w)
    if channels != expected: raise ValueError("channels")
    if np.shape(b) != (filters,): raise ValueError("bias")
    if k1 > height or k2 > width: raise ValueError("size")
    rows = np.arange(height - k1 + 1)[:, None, None, None] + np.arange(k1)[:, None]
    cols = np.arange(width - k2 + 1)[:, None, None] + np.arange(k2)
    matrix = x[:, rows, cols].reshape(n * (height - k1 + 1) * (width - k2 + 1), k1 * k2 * channels)
    product = np.dot(matrix, w.reshape(k1 * k2 * channels, filters))
    return product.reshape(n, height - k1 + 1, width - k2 + 1, filters) + b""",
    "learn_kernel": """def learn_kernel(x, y, kernel_shape, steps):
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel_shape)
    kernel, learning_rate = np.zeros(kernel_shape), 0.5
    while steps > 0:
        error = np.tensordot(windows, kernel, axes=2) - y
        kernel = kernel - learning_rate * np.einsum("ij,ijab->ab", error, windows) / error.size
        steps -= 1
    return kernel""",
}
