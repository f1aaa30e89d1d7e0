import RanvierNetworks
import RanvierTensors

extension IntegerSynapses {
    /// Weights that are not 0, for each input at its place: the additions that a spike of it causes. Borders of images have
    /// fewer.
    public var fanOut: [Int] {
        switch geometry {
        case .dense(let inputs, let outputs):
            return (0..<inputs).map { row in
                weights.codes[row * outputs..<(row + 1) * outputs].count { $0 != 0 }
            }
        case .convolution(let shape):
            let window = shape.window, inGroup = shape.inputChannels / shape.groups
            let outGroup = shape.outputChannels / shape.groups
            // For each place of the window and each channel.
            let counts = (0..<window.area * shape.inputChannels).map { index in
                let channel = index % shape.inputChannels
                let first =
                    (index / shape.inputChannels * inGroup + channel % inGroup)
                    * shape.outputChannels + channel / inGroup * outGroup
                return weights.codes[first..<first + outGroup].count { $0 != 0 }
            }
            /// Places of the window that bring an input at a place to an output.
            func reached(_ at: Int, _ padding: Int, _ stride: Int, _ size: Int, _ outputs: Int)
                -> [Int]
            {
                (0..<size).filter {
                    let place = at + padding - $0
                    return place >= 0 && place % stride == 0 && place / stride < outputs
                }
            }
            var all: [Int] = []
            for row in 0..<shape.height {
                let down = reached(
                    row, window.paddingHeight, window.strideHeight, window.height,
                    shape.outputHeight)
                for column in 0..<shape.width {
                    let across = reached(
                        column, window.paddingWidth, window.strideWidth, window.width,
                        shape.outputWidth)
                    for channel in 0..<shape.inputChannels {
                        all.append(
                            down.reduce(0) { sum, k in
                                across.reduce(sum) {
                                    $0
                                        + counts[
                                            (k * window.width + $1) * shape.inputChannels + channel]
                                }
                            })
                    }
                }
            }
            return all
        }
    }
}
