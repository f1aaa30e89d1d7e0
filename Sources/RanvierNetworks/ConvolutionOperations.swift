import RanvierTensors

/// Operations of a convolution, counted exactly: weights of value 0 and taps outside the image do not count.
struct ConvolutionOperations {
    let window: ImageWindow
    let groups: Int
    /// Weights that are not 0, `[k_h · k_w][C]`, C all input channels.
    private let alive: [[Int]]

    /// - Parameter weights: `[k_h, k_w, C / groups, O]`.
    init(weights: Tensor, window: ImageWindow, groups: Int) {
        self.window = window
        self.groups = groups
        let inputs = weights.shape[2], outputs = weights.shape[3], perGroup = outputs / groups
        let scalars = weights.scalars
        alive = (0..<window.area).map { tap in
            (0..<inputs * groups).map { channel in
                let row = (tap * inputs + channel % inputs) * outputs
                let first = row + channel / inputs * perGroup
                return scalars[first..<first + perGroup].count { $0 != 0 }
            }
        }
    }

    /// - Parameter input: `[T, B, H, W, C]`.
    func count(for input: Tensor) -> OperationCount {
        let height = input.shape[2], width = input.shape[3], channels = input.shape[4]
        let rows = reachedBy(
            window.height, window.strideHeight, window.paddingHeight, length: height,
            positions: window.outputSize(height: height, width: width)?.height ?? 0)
        let columns = reachedBy(
            window.width, window.strideWidth, window.paddingWidth, length: width,
            positions: window.outputSize(height: height, width: width)?.width ?? 0)
        let isSpiking = input.storageKind == .spikes
        let counts = isSpiking ? input.sum(axes: [0]).sum(axes: [0]).scalars : []
        var total = 0
        for a in 0..<window.height {
            for b in 0..<window.width {
                let weights = alive[a * window.width + b]
                if isSpiking {
                    for y in rows[a] {
                        for x in columns[b] {
                            let pixel = (y * width + x) * channels
                            for c in 0..<channels where counts[pixel + c] != 0 {
                                total += Int(counts[pixel + c]) * weights[c]
                            }
                        }
                    }
                } else {
                    total += rows[a].count * columns[b].count * weights.reduce(0, +)
                }
            }
        }
        if isSpiking { return OperationCount(synaptic: total) }
        let steps = input.storageKind == .constantInTime ? 1 : input.shape[0]
        return OperationCount(multiplyAccumulate: total * input.shape[1] * steps)
    }

    /// For each tap of an axis: the positions of the input that it reads.
    private func reachedBy(
        _ taps: Int, _ stride: Int, _ padding: Int, length: Int, positions: Int
    ) -> [[Int]] {
        (0..<taps).map { tap in
            (0..<positions).map { $0 * stride + tap - padding }.filter { $0 >= 0 && $0 < length }
        }
    }
}
