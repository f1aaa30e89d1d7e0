/// Plain gradient descent with every entry of the gradient clipped.
///
///     x ← x − η clip(g, −c, c)
///
/// Source: Klos & Memmesheimer, arXiv:2309.14523, single-neuron task (η = 0.1, c = 0.02).
public struct ClippedDescent: Sendable {
    /// Step size η.
    public var learningRate: Double
    /// Largest magnitude of an entry, `.infinity` for none.
    public var clip: Double

    /// Creates an optimiser. Throws where η or the clip is not positive.
    public init(learningRate: Double, clip: Double = .infinity) throws(ExactError) {
        try ExactError.require("learningRate", learningRate, above: 0)
        guard clip > 0 else {
            throw .invalidParameter(name: "clip", value: clip, expected: "a number above 0")
        }
        self.learningRate = learningRate
        self.clip = clip
    }

    /// Takes a step.
    public func update(_ parameters: inout [Double], gradient: [Double]) {
        for i in parameters.indices {
            parameters[i] -= learningRate * min(max(gradient[i], -clip), clip)
        }
    }
}
