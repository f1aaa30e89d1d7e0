import RanvierTensors

/// How many living connections leave each input of a layer: the exact cost of a spike there.
///
///     fan[i, y, x] = Σ m[o, i, ky, kx]  over o and the kernel offsets that land inside
///     SynOps = Σ_spikes fan[position]
///
/// Inputs near a border have fewer targets than rate × weights suggests.
public struct FanOutMap: Equatable, Sendable {
    /// Order of the values of a convolution.
    public enum Order: Sendable {
        /// `[C][H][W]`.
        case channelsFirst
        /// `[H][W][C]`, the order of tensors in this package.
        case channelsLast
    }

    /// Fan-out of each input.
    public let values: [Int]

    /// Fan-out of a dense layer.
    /// - Parameter mask: `[outputs][inputs]`, true where a connection lives; nil for all.
    /// - Throws: ``FanOutError`` where the mask has another size.
    public init(inputs: Int, outputs: Int, mask: [Bool]? = nil) throws {
        guard let mask else {
            values = [Int](repeating: outputs, count: inputs)
            return
        }
        try Self.check(mask, count: inputs * outputs)
        values = (0..<inputs).map { input in
            (0..<outputs).reduce(0) { $0 + (mask[$1 * inputs + input] ? 1 : 0) }
        }
    }

    /// Fan-out of a convolution.
    /// - Parameter mask: `[out][in / groups][ky][kx]`, true where a weight lives; nil for all.
    /// - Throws: ``FanOutError`` where the mask has another size.
    public init(
        _ shape: ConvolutionShape, mask: [Bool]? = nil, order: Order = .channelsLast
    ) throws {
        if let mask { try Self.check(mask, count: shape.weights) }
        let kernel = shape.window.area
        let groupInputs = shape.inputChannels / shape.groups
        let groupOutputs = shape.outputChannels / shape.groups
        // Living weights per input channel and kernel offset, summed over the outputs of its group.
        var alive = [Int](repeating: 0, count: shape.inputChannels * kernel)
        for output in 0..<shape.outputChannels {
            let group = output / groupOutputs
            for input in 0..<groupInputs {
                let target = (group * groupInputs + input) * kernel
                let source = (output * groupInputs + input) * kernel
                for offset in 0..<kernel where mask?[source + offset] ?? true {
                    alive[target + offset] += 1
                }
            }
        }
        let window = shape.window
        let rows = Self.offsets(
            shape.height, window.height, window.strideHeight, window.paddingHeight,
            shape.outputHeight)
        let columns = Self.offsets(
            shape.width, window.width, window.strideWidth, window.paddingWidth, shape.outputWidth)
        var fan = [Int](repeating: 0, count: shape.inputChannels * shape.height * shape.width)
        for channel in 0..<shape.inputChannels {
            for y in 0..<shape.height {
                for x in 0..<shape.width {
                    var sum = 0
                    for ky in rows[y] {
                        for kx in columns[x] {
                            sum += alive[channel * kernel + ky * shape.window.width + kx]
                        }
                    }
                    let index =
                        order == .channelsFirst
                        ? (channel * shape.height + y) * shape.width + x
                        : (y * shape.width + x) * shape.inputChannels + channel
                    fan[index] = sum
                }
            }
        }
        values = fan
    }

    /// Number of living connections: multiply-accumulates of one pass over analog input.
    public var total: Int { values.reduce(0, +) }

    /// Synaptic operations for spike counts per input, in the order of `values`.
    /// - Throws: ``FanOutError`` where the number of inputs differs.
    public func synapticOperations(spikeCounts: [Int]) throws -> Int {
        guard spikeCounts.count == values.count else {
            throw FanOutError(
                what: "spike counts", expected: "\(values.count)", found: "\(spikeCounts.count)")
        }
        return zip(spikeCounts, values).reduce(0) { $0 + $1.0 * $1.1 }
    }

    // For each input position along one axis the kernel offsets whose output lies inside.
    private static func offsets(
        _ size: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ outputs: Int
    ) -> [[Int]] {
        (0..<size).map { position in
            (0..<kernel).filter { offset in
                let start = position + padding - offset
                return start >= 0 && start % stride == 0 && start / stride < outputs
            }
        }
    }

    private static func check(_ mask: [Bool], count: Int) throws {
        guard mask.count == count else {
            throw FanOutError(
                what: "entries of the mask", expected: "\(count)", found: "\(mask.count)")
        }
    }
}

/// Numbers that do not belong to a layer whose connections are counted.
public struct FanOutError: Error, Hashable, CustomStringConvertible {
    /// What was handed in.
    public let what: String
    /// What it had to be.
    public let expected: String
    /// What it was.
    public let found: String

    /// What was expected, and what was found.
    public var description: String { "\(what): expected \(expected), found \(found)" }
}
