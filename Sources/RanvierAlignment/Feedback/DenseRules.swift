import Foundation

/// Rules with feedback weights on a network of dense layers, in double precision and nothing but loops: what the rules are, and what
/// the fast ones are held against.
///
///     z_l = x_{l−1} W_l + b_l,   x_l = f(z_l),   p = softmax(z_L),   δ_L = (p − y) / B
///     bp      δ_l = (δ_{l+1} W_{l+1}ᵀ) ⊙ f′(z_l)
///     fa      δ_l = (δ_{l+1} B_{l+1}ᵀ) ⊙ f′(z_l)
///     dfa     δ_l = (δ_L D_lᵀ) ⊙ f′(z_l)
///     signs   B = sign(W), or sign(W) |B|
///     ΔW_l = x_{l−1}ᵀ δ_l
///
/// Matrices are `[lower][upper]`, feedback weights included; `D_l` is `[hidden][outputs]`. Sources: Lillicrap et al. 2016, Nøkland 2016,
/// Liao et al. 2016.
public struct DenseRules: Sendable {
    /// Rows of numbers.
    public typealias Matrix = [[Double]]

    /// What hidden neurons make of their input.
    public enum Activation: String, Sendable {
        /// `max(z, 0)`, of derivative 0 at 0.
        case relu
        /// `tanh z`.
        case tanh

        func value(_ z: Double) -> Double {
            switch self {
            case .relu: max(z, 0)
            case .tanh: Foundation.tanh(z)
            }
        }

        func derivative(_ z: Double) -> Double {
            switch self {
            case .relu: z > 0 ? 1 : 0
            case .tanh: 1 - Foundation.tanh(z) * Foundation.tanh(z)
            }
        }
    }

    /// How errors go down.
    public enum Rule: String, CaseIterable, Sendable {
        /// Through transposes.
        case backpropagation = "bp"
        /// Through feedback weights.
        case feedbackAlignment = "fa"
        /// From the output to each hidden layer.
        case directFeedbackAlignment = "dfa"
        /// Through the signs of the weights.
        case signs = "sign_unit"
        /// Through the magnitudes of the feedback weights with the signs of the forward ones.
        case signedMagnitudes = "sign_magnitude"
    }

    /// What a batch gives.
    public struct Outcome: Sendable {
        /// Mean cross-entropy.
        public var loss: Double
        /// `[samples][classes]`.
        public var probabilities: Matrix
        /// One for each layer.
        public var weightGradients: [Matrix]
        /// One for each layer.
        public var biasGradients: [[Double]]
    }

    /// `[lower][upper]` for each layer.
    public var weights: [Matrix]
    /// Of the upper neurons of each layer.
    public var biases: [[Double]]
    /// Of the shapes of the weights.
    public var feedback: [Matrix]
    /// `[hidden][outputs]` for each hidden layer.
    public var projections: [Matrix]
    /// Of hidden neurons.
    public var activation: Activation

    /// A network.
    public init(
        weights: [Matrix], biases: [[Double]], feedback: [Matrix], projections: [Matrix],
        activation: Activation
    ) {
        precondition(
            weights.count == biases.count && weights.count == feedback.count
                && projections.count == weights.count - 1, "one matrix for each layer")
        self.weights = weights
        self.biases = biases
        self.feedback = feedback
        self.projections = projections
        self.activation = activation
    }

    /// Loss and changes by a rule, means over a batch.
    public func outcome(of inputs: Matrix, labels: [Int], by rule: Rule) -> Outcome {
        var activities = [inputs], potentials: [Matrix] = []
        for layer in weights.indices {
            let z = Self.product(activities[layer], weights[layer]).map {
                zip($0, biases[layer]).map(+)
            }
            potentials.append(z)
            if layer < weights.count - 1 {
                activities.append(z.map { $0.map(activation.value) })
            }
        }
        let probabilities = potentials[weights.count - 1].map { row -> [Double] in
            let top = row.max() ?? 0, powers = row.map { exp($0 - top) }
            let sum = powers.reduce(0, +)
            return powers.map { $0 / sum }
        }
        let count = Double(inputs.count)
        let error = zip(probabilities, labels).map { row, label in
            row.enumerated().map { ($1 - ($0 == label ? 1 : 0)) / count }
        }
        var deltas = [error]
        for layer in weights.indices.dropFirst().reversed() {
            let back: Matrix
            switch rule {
            case .directFeedbackAlignment:
                back = Self.product(error, Self.transpose(projections[layer - 1]))
            case .backpropagation: back = down(deltas[0], weights[layer])
            case .feedbackAlignment: back = down(deltas[0], feedback[layer])
            case .signs: back = down(deltas[0], weights[layer].map { $0.map(Self.sign) })
            case .signedMagnitudes:
                back = down(
                    deltas[0],
                    zip(weights[layer], feedback[layer]).map {
                        zip($0, $1).map { Self.sign($0) * abs($1) }
                    })
            }
            deltas.insert(
                zip(back, potentials[layer - 1]).map {
                    zip($0, $1).map { $0 * activation.derivative($1) }
                }, at: 0)
        }
        return Outcome(
            loss: -zip(probabilities, labels).reduce(0) { $0 + Foundation.log($1.0[$1.1]) } / count,
            probabilities: probabilities,
            weightGradients: zip(activities, deltas).map {
                Self.product(Self.transpose($0), $1)
            },
            biasGradients: deltas.map { rows in
                rows.reduce(Array(repeating: 0, count: rows.first?.count ?? 0)) {
                    zip($0, $1).map(+)
                }
            })
    }

    /// Forward and feedback weights of a layer after a step of Kolen & Pollack: `X − η (G + λ X)` for both.
    public static func kolenPollackStep(
        _ weights: Matrix, _ feedback: Matrix, gradient: Matrix, rate: Double, decay: Double
    ) -> (weights: Matrix, feedback: Matrix) {
        func moved(_ x: Matrix) -> Matrix {
            zip(x, gradient).map { zip($0, $1).map { $0 - rate * ($1 + decay * $0) } }
        }
        return (moved(weights), moved(feedback))
    }

    /// Feedback weights of a layer after a batch of noise, `[samples][lower]`: `B + η (mean x yᵀ − d B)`.
    ///
    /// - Parameter bias: for the answer `f(x W + b)` with both sides about their means; nil for `x W`.
    public func mirrored(
        layer: Int, noise: Matrix, rate: Double, decay: Double, isNonlinear: Bool
    ) -> Matrix {
        var x = noise, y = Self.product(noise, weights[layer])
        if isNonlinear {
            y = y.map { zip($0, biases[layer]).map { activation.value($0 + $1) } }
            x = Self.centred(x)
            y = Self.centred(y)
        }
        let product = Self.product(Self.transpose(x), y), count = Double(noise.count)
        return zip(feedback[layer], product).map {
            zip($0, $1).map { $0 + rate * ($1 / count - decay * $0) }
        }
    }

    // MARK: - Loops

    private func down(_ delta: Matrix, _ way: Matrix) -> Matrix {
        Self.product(delta, Self.transpose(way))
    }

    private static func sign(_ x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : 0 }

    private static func centred(_ x: Matrix) -> Matrix {
        let count = Double(x.count)
        let means = x.reduce(Array(repeating: 0, count: x.first?.count ?? 0)) {
            zip($0, $1).map(+)
        }.map { $0 / count }
        return x.map { zip($0, means).map(-) }
    }

    /// Rows and columns changed over.
    public static func transpose(_ x: Matrix) -> Matrix {
        (0..<(x.first?.count ?? 0)).map { column in x.map { $0[column] } }
    }

    private static func product(_ a: Matrix, _ b: Matrix) -> Matrix {
        let columns = transpose(b)
        return a.map { row in columns.map { zip(row, $0).reduce(0) { $0 + $1.0 * $1.1 } } }
    }
}
