import RanvierNetworks
import RanvierTensors

/// Synapses of integers: sums of weights of what comes in, and a bias, at every step.
///
///     I[t, o] = Σ_i w[i, o] x[t − d[i, o], i] + b[o]
///
/// Sums are exact in 32 bits. Source: `(10.1)` of the semantics in the article on devices.
public struct IntegerSynapses: Sendable, Hashable {
    /// Which inputs reach which outputs.
    public enum Geometry: Sendable, Hashable {
        /// All to all.
        case dense(inputs: Int, outputs: Int)
        /// Windows of an image, channels last.
        case convolution(ConvolutionShape)
    }

    /// Name of the layer.
    public let name: String
    /// Which inputs reach which outputs.
    public let geometry: Geometry
    /// Codes, `[inputs, outputs]` or `[k_h, k_w, C / groups, O]`.
    public let weights: IntegerWeights
    /// Added at every step, one for each output (channel); nil where there are none.
    public let biases: [Int32]?
    /// Steps that each synapse of a dense layer waits, as `weights`; nil for none.
    public let delays: [UInt8]?

    /// Synapses of a layer.
    ///
    /// - Throws: ``IntegerNetworkError`` where numbers do not fit the geometry.
    public init(
        name: String, geometry: Geometry, weights: IntegerWeights, biases: [Int32]? = nil,
        delays: [UInt8]? = nil
    ) throws(IntegerNetworkError) {
        func require(
            _ isRight: Bool, _ what: String, _ expected: String, _ found: String
        ) throws(IntegerNetworkError) {
            guard !isRight else { return }
            throw .layer(name: name, what: what, expected: expected, found: found)
        }
        try require(
            weights.shape == geometry.weightShape, "weights", "the shape \(geometry.weightShape)",
            "\(weights.shape)")
        try require(
            biases.map { $0.count == weights.outputs } ?? true, "biases", "\(weights.outputs)",
            "\(biases?.count ?? 0)")
        if let delays {
            try require(
                delays.count == weights.codes.count, "delays", "\(weights.codes.count)",
                "\(delays.count)")
            try require(geometry.isDense, "delays", "all-to-all synapses", "a convolution")
        }
        self.name = name
        self.geometry = geometry
        self.weights = weights
        self.biases = biases.flatMap { $0.allSatisfy { $0 == 0 } ? nil : $0 }
        self.delays = delays.flatMap { $0.allSatisfy { $0 == 0 } ? nil : $0 }
    }

    /// The longest delay in steps.
    public var longestDelay: Int { delays.map { Int($0.max() ?? 0) } ?? 0 }
    /// Shape of what comes in at a step.
    public var inputShape: [Int] { geometry.inputShape }
    /// Shape of the sums.
    public var outputShape: [Int] { geometry.outputShape }

    /// The largest size of a sum for inputs up to a size.
    public func largestSum(ofInputsUpTo largest: Int) -> Int {
        zip(weights.sums, weights.sums.indices).map { sum, output in
            sum * largest + abs(Int(biases?[output] ?? 0))
        }.max() ?? 0
    }
}

extension IntegerSynapses.Geometry {
    /// Whether every input reaches every output.
    public var isDense: Bool { if case .dense = self { true } else { false } }

    /// Shape of the weights.
    public var weightShape: [Int] {
        switch self {
        case .dense(let inputs, let outputs): [inputs, outputs]
        case .convolution(let shape):
            [
                shape.window.height, shape.window.width, shape.inputChannels / shape.groups,
                shape.outputChannels,
            ]
        }
    }

    /// Shape of what comes in at a step.
    public var inputShape: [Int] {
        switch self {
        case .dense(let inputs, _): [inputs]
        case .convolution(let shape): [shape.height, shape.width, shape.inputChannels]
        }
    }

    /// Shape of the sums.
    public var outputShape: [Int] {
        switch self {
        case .dense(_, let outputs): [outputs]
        case .convolution(let shape):
            [shape.outputHeight, shape.outputWidth, shape.outputChannels]
        }
    }
}
