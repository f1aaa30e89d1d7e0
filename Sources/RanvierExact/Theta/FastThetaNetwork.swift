import Foundation
import RanvierConfiguration
import RanvierTensors

/// Layered feed-forward network of theta neurons that classifies by the first output spike.
///
/// The fast path of this module: samples are simulated layer by layer from their sorted lists of spikes,
/// all neurons of a layer side by side in vector lanes, with exact gradients by weights and initial
/// phases. `EventGraph` computes the same one neuron at a time.
///
/// ```swift
/// var network = try FastThetaNetwork<Float>(sizes: [784, 100, 100, 10], trial: 2)
/// network.randomize(seed: 1)
/// let result = try network.valueAndGradient(of: batch)
/// ```
/// Source: Klos & Memmesheimer, arXiv:2309.14523. The result has the same bits on any number of threads.
public struct FastThetaNetwork<Scalar: ThetaScalar>: Sendable {
    /// The neuron model.
    public let neuron: ThetaNeuron
    /// Sizes of the inputs and of each layer.
    public let sizes: [Int]
    /// End of the trial T.
    public let trial: Double
    /// When the pixels of each bin spike.
    public let code: LatencyCode
    /// Weight γ of the loss term that pulls the right output towards the start.
    public var earliness = 0.01
    /// Temperature ξ of the softmax of the loss; small values ask for less time between the first two.
    public var temperature = 1.0
    /// Whether spikes after T count with their formal times (else as T).
    public var pseudospikes = true
    /// Most events a layer may have in one trial.
    public var eventLimit = 100_000

    /// All parameters in one list, see `weightRange` and `phaseRange`; rows padded to whole lanes.
    package var parameters: AlignedArray<Scalar>

    /// Creates a network with weights 0 and all phases at Θ/2.
    ///
    /// Throws where there are fewer than two sizes, one is not positive, or T is not positive.
    public init(
        neuron: ThetaNeuron? = nil, sizes: [Int], trial: Double, code: LatencyCode? = nil
    ) throws(ExactError) {
        guard sizes.count >= 2 else {
            throw .wrongCount(name: "sizes", expected: 2, found: sizes.count)
        }
        for size in sizes { try ExactError.require("size of a layer", Double(size), above: 0) }
        try ExactError.require("trial", trial, above: 0)
        try Self.requireMemory(sizes)
        self.neuron = if let neuron { neuron } else { try ThetaNeuron() }
        self.code = if let code { code } else { try LatencyCode(trial: trial) }
        self.sizes = sizes
        self.trial = trial
        parameters = AlignedArray(zeros: 0)
        parameters = AlignedArray(zeros: phaseRange(sizes.count - 2).upperBound)
        for layer in 0..<layerCount {
            for i in 0..<sizes[layer + 1] {
                parameters[phaseRange(layer).lowerBound + i] = Scalar(self.neuron.period / 2)
            }
        }
    }

    /// Refuses weights that do not fit, before memory is taken for them; training keeps moments and gradients beside them.
    private static func requireMemory(_ sizes: [Int]) throws(ExactError) {
        let pairs = zip(sizes, sizes.dropFirst())
        let numbers = pairs.reduce(0.0) { $0 + (Double($1.0) + 2) * (Double($1.1) + 15) }
        do {
            try MemoryNeed(
                "a network of \(sizes.map { String($0) }.joined(separator: ", ")) neurons",
                bytes: 4 * numbers * Double(MemoryLayout<Scalar>.size),
                advice: "take fewer outputs of its layers"
            ).check()
        } catch {
            throw .tooLarge(error)
        }
    }

    /// Number of layers with weights.
    public var layerCount: Int { sizes.count - 1 }

    /// Number of classes.
    public var classCount: Int { sizes[sizes.count - 1] }

    /// Number of hidden neurons.
    public var hiddenCount: Int { sizes.dropFirst().dropLast().reduce(0, +) }

    // MARK: - Layout

    /// Neurons of a layer rounded up to whole lanes.
    package func stride(_ layer: Int) -> Int { (sizes[layer + 1] + 15) / 16 * 16 }

    /// Where the weights of a layer lie: a row per source, `sizes[layer]` of them and one of zeros.
    package func weightRange(_ layer: Int) -> Range<Int> {
        var start = 0
        for l in 0..<layer { start += (sizes[l] + 1) * stride(l) }
        return start..<start + (sizes[layer] + 1) * stride(layer)
    }

    /// Where the initial phases of a layer lie.
    package func phaseRange(_ layer: Int) -> Range<Int> {
        var start = weightRange(layerCount - 1).upperBound
        for l in 0..<layer { start += stride(l) }
        return start..<start + stride(layer)
    }

    // MARK: - Parameters

    /// Weights of a layer, `[out][in]`.
    public func weights(_ layer: Int) -> [[Double]] { weights(layer, in: parameters) }

    /// Initial phases of a layer.
    public func phases(_ layer: Int) -> [Double] { phases(layer, in: parameters) }

    /// Weights of a layer in a list with the layout of the parameters, such as a gradient.
    package func weights<List: RandomAccessCollection<Scalar>>(
        _ layer: Int, in list: List
    ) -> [[Double]] where List.Index == Int {
        let start = weightRange(layer).lowerBound, stride = stride(layer)
        return (0..<sizes[layer + 1]).map { i in
            (0..<sizes[layer]).map { Double(list[start + $0 * stride + i]) }
        }
    }

    /// Phases of a layer in a list with the layout of the parameters.
    package func phases<List: RandomAccessCollection<Scalar>>(
        _ layer: Int, in list: List
    ) -> [Double] where List.Index == Int {
        phaseRange(layer).prefix(sizes[layer + 1]).map { Double(list[$0]) }
    }

    /// Replaces the weights of a layer, `[out][in]`. Throws where the shape differs or one is not finite.
    public mutating func setWeights(_ weights: [[Double]], layer: Int) throws(ExactError) {
        try ExactError.require("layer", index: layer, below: layerCount)
        try ExactError.require(
            "weights of layer \(layer)", count: weights.count, equals: sizes[layer + 1])
        let start = weightRange(layer).lowerBound, stride = stride(layer)
        for (i, row) in weights.enumerated() {
            try ExactError.require(
                "row \(i) of the weights of layer \(layer)", count: row.count,
                equals: sizes[layer])
            for (j, weight) in row.enumerated() {
                try ExactError.requireFinite("weight \(j) to \(i) of layer \(layer)", weight)
                parameters[start + j * stride + i] = Scalar(weight)
            }
        }
    }

    /// Replaces the initial phases of a layer. Throws where one lies outside [0, Θ].
    public mutating func setPhases(_ phases: [Double], layer: Int) throws(ExactError) {
        try ExactError.require("layer", index: layer, below: layerCount)
        try ExactError.require(
            "phases of layer \(layer)", count: phases.count, equals: sizes[layer + 1])
        for (i, phase) in phases.enumerated() {
            try ExactError.require(
                "phase \(i) of layer \(layer)", phase, in: 0...neuron.period)
            parameters[phaseRange(layer).lowerBound + i] = Scalar(phase)
        }
    }

    /// Draws all weights: uniform on ±`scale`/√fan-in, plus `shift`/fan-in.
    ///
    /// The paper has scale 0.5 and no shift, a network that is all but silent.
    public mutating func randomize(seed: UInt64, scale: Double = 0.5, shift: Double = 0) {
        var random = SplitMix64(seed: seed)
        for layer in 0..<layerCount {
            let start = weightRange(layer).lowerBound, stride = stride(layer)
            let fanIn = Double(sizes[layer])
            for i in 0..<sizes[layer + 1] {
                for j in 0..<sizes[layer] {
                    let u = random.nextUnit()
                    parameters[start + j * stride + i] = Scalar(
                        (2 * u - 1) * scale / fanIn.squareRoot() + shift / fanIn)
                }
            }
        }
    }

    /// Brings phases that a step of training moved back into [0, Θ].
    package mutating func clipPhases() {
        let period = Scalar(neuron.period)
        for layer in 0..<layerCount {
            for i in phaseRange(layer) { parameters[i] = min(max(parameters[i], 0), period) }
        }
    }

    func validate(_ batch: ThetaBatch) throws(ExactError) {
        guard batch.count > 0 else { throw .emptyBatch }
        try ExactError.requireFinite("earliness", earliness)
        try ExactError.require("temperature", temperature, above: 0)
        try ExactError.require("inputs of the batch", count: batch.inputs, equals: sizes[0])
        if let largest = batch.pixels.max(), Int(largest) > code.bins {
            throw .indexOutOfRange(
                name: "bin of a pixel", index: Int(largest), count: code.bins + 1)
        }
        for label in batch.labels {
            try ExactError.require("label", index: Int(label), below: classCount)
        }
    }
}
