import RanvierAlignment
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors
import Testing

/// Rules with feedback weights on dense networks: plain loops in double precision against the vectors, and networks against both.
///
/// Papers write `W` as `[post][pre]`; weights lie `[lower][upper]` here, feedback weights `B`, `[lower][upper]` there, as they are.
@Suite struct DenseRulesReferenceTests {
    private struct Case {
        let rules: DenseRules
        let inputs: DenseRules.Matrix
        let labels: [Int]
        let value: ReferenceValue

        init(_ value: ReferenceValue) throws {
            self.value = value
            let activation = try #require(
                DenseRules.Activation(rawValue: try value["activation"].string))
            rules = DenseRules(
                weights: try value["W"].items.map { DenseRules.transpose(try $0.rows) },
                biases: try value["b"].items.map { try $0.numbers },
                feedback: try value["B"].items.map { try $0.rows },
                projections: try value["D"].items.map { try $0.rows }, activation: activation)
            inputs = try value["X"].rows
            labels = try value["labels"].ints
            let dims = try value["dims"].ints
            #expect([rules.weights[0].count] + rules.biases.map(\.count) == dims)
        }

        static var all: [Case] {
            get throws {
                try ReferenceFile.denseRules.value()["cases"].items.map { try Case($0) }
            }
        }
    }

    private func expect(
        _ found: [[Double]], _ wanted: [[Double]], within tolerance: Double = 1e-9,
        _ what: String
    ) {
        #expect(found.map(\.count) == wanted.map(\.count), "\(what)")
        let off = zip(found.flatMap(\.self), wanted.flatMap(\.self)).map { abs($0 - $1) }.max()
        #expect((off ?? 0) <= tolerance, "\(what)")
    }

    @Test(.reference(.denseRules)) func lossesAndGradients() throws {
        for own in try Case.all {
            let gradients = try own.value["gradients"]
            // A rule of a name of its own would be passed over.
            #expect(Set(gradients.keys) == Set(DenseRules.Rule.allCases.map(\.rawValue)))
            for rule in DenseRules.Rule.allCases {
                let outcome = own.rules.outcome(of: own.inputs, labels: own.labels, by: rule)
                #expect(abs(outcome.loss - (try own.value["loss"].double)) < 1e-9)
                expect(outcome.probabilities, try own.value["probs"].rows, "probabilities")
                let wanted = try gradients[rule.rawValue]
                for (layer, found) in outcome.weightGradients.enumerated() {
                    expect(
                        DenseRules.transpose(found), try wanted["gW"].items[layer].rows,
                        "\(rule) \(layer)")
                    expect(
                        [outcome.biasGradients[layer]],
                        [try wanted["gb"].items[layer].numbers], "\(rule) bias \(layer)")
                }
            }
        }
    }

    @Test(.reference(.denseRules)) func kolenPollack() throws {
        for own in try Case.all {
            let wanted = try own.value["kolen_pollack"]
            let outcome = own.rules.outcome(
                of: own.inputs, labels: own.labels, by: .feedbackAlignment)
            for layer in own.rules.weights.indices {
                let step = DenseRules.kolenPollackStep(
                    own.rules.weights[layer], own.rules.feedback[layer],
                    gradient: outcome.weightGradients[layer], rate: try wanted["lr"].double,
                    decay: try wanted["decay"].double)
                expect(
                    DenseRules.transpose(step.weights), try wanted["W1"].items[layer].rows, "W")
                expect(step.feedback, try wanted["B1"].items[layer].rows, "B")
            }
        }
    }

    @Test(.reference(.denseRules)) func weightMirror() throws {
        for own in try Case.all {
            let linear = try own.value["weight_mirror_linear"]
            let nonlinear = try own.value["weight_mirror_nonlinear_centered"]
            for layer in own.rules.weights.indices {
                let noise = try linear["noise"].items[layer].rows
                for (wanted, isNonlinear) in [(linear, false), (nonlinear, true)] {
                    let found = own.rules.mirrored(
                        layer: layer, noise: noise, rate: try wanted["eta"].double,
                        decay: try wanted["decay"].double, isNonlinear: isNonlinear)
                    expect(found, try wanted["B1"].items[layer].rows, "layer \(layer)")
                }
            }
        }
    }

    @Test(.reference(.denseRules)) func measuresOfAlignment() throws {
        for own in try Case.all {
            let plain = own.rules.outcome(of: own.inputs, labels: own.labels, by: .backpropagation)
            let fed = own.rules.outcome(of: own.inputs, labels: own.labels, by: .feedbackAlignment)
            func expect(_ key: String, _ layer: Int, _ found: Double) throws {
                let wanted = try own.value[key].items[layer].double
                #expect(abs(found - wanted) < 1e-9, "\(key) \(layer)")
            }
            for layer in own.rules.weights.indices {
                let agreement = FeedbackAgreement(
                    own.rules.weights[layer].flatMap(\.self),
                    own.rules.feedback[layer].flatMap(\.self))
                try expect("angle_deg", layer, agreement.angle)
                try expect("cosine", layer, agreement.cosine)
                try expect("difference_variance_unbiased", layer, agreement.differenceVariance)
                try expect("pearson", layer, agreement.correlation)
                try expect("sign_concordance", layer, agreement.signConcordance)
                let gradients = FeedbackAgreement(
                    fed.weightGradients[layer].flatMap(\.self),
                    plain.weightGradients[layer].flatMap(\.self))
                try expect("grad_angle_fa_vs_bp_deg", layer, gradients.angle)
            }
        }
    }

    // MARK: - Networks

    /// Hidden units of a case.
    private struct Hyperbolic: Layer {
        static let kind = "hyperbolic"
        var remembers: Bool { false }
        func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }
        func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor { input.tanh() }
    }

    private static func tensor(_ matrix: DenseRules.Matrix) -> Tensor {
        Tensor(
            matrix.flatMap { $0.map { Float($0) } },
            shape: [matrix.count, matrix.first?.count ?? 0])
    }

    private static func model(_ rules: DenseRules) throws -> ClockedModel {
        var layers: [any Layer] = []
        for (layer, weights) in rules.weights.enumerated() {
            let bias = Tensor(
                rules.biases[layer].map { Float($0) }, shape: [rules.biases[layer].count])
            layers.append(Linear(weights: tensor(weights), bias: bias))
            guard layer < rules.weights.count - 1 else { continue }
            layers.append(rules.activation == .relu ? ReLU() : Hyperbolic())
        }
        return ClockedModel(
            network: try Network(inputShape: [rules.weights[0].count], layers: layers),
            encoder: DirectEncoder(steps: 1, timeStep: 1e-3),
            loss: CrossEntropy(of: .summedMembrane), family: .artificial)
    }

    /// Networks hand errors down as the loops do, for every rule, in single precision.
    @Test(.reference(.denseRules)) func networksFollow() throws {
        for own in try Case.all {
            let model = try Self.model(own.rules)
            let names = model.network.layerParameters.filter(\.isPrunable).map(\.name)
            func keyed(_ matrices: [DenseRules.Matrix]) -> [String: Tensor] {
                Dictionary(
                    uniqueKeysWithValues: zip(names.dropFirst(), matrices).map {
                        ($0, Self.tensor($1))
                    })
            }
            let feedback = keyed(Array(own.rules.feedback.dropFirst()))
            let classes = own.rules.biases.last?.count ?? 0
            let batch = TrainingBatch(
                Self.tensor(own.inputs).reshaped(to: [1, own.inputs.count, own.inputs[0].count]),
                targets: .classes(own.labels, names: (0..<classes).map(String.init)))
            let rules: [(any LocalRule, DenseRules.Rule, [String: Tensor])] = [
                (Backpropagation(), .backpropagation, [:]),
                (FeedbackAlignment(), .feedbackAlignment, feedback),
                (SignSymmetry(), .signs, feedback),
                (SignConcordance(), .signedMagnitudes, feedback),
                (DirectFeedbackAlignment(), .directFeedbackAlignment, keyed(own.rules.projections)),
            ]
            for (rule, plain, state) in rules {
                var learner = try rule.learner(for: model, seed: 0)
                try learner.restore(state)
                var training = ClockedTraining(model, optimizer: SGD(learningRate: 0))
                let still = training
                var found: [Tensor] = []
                let result = try training.takeStep(batch) { pass in
                    found = try learner.gradients(pass, of: still)
                    return found
                }
                let outcome = own.rules.outcome(of: own.inputs, labels: own.labels, by: plain)
                #expect(abs(Double(result.loss) - outcome.loss) < 1e-5)
                let wanted = zip(outcome.weightGradients, outcome.biasGradients).flatMap {
                    [$0.flatMap(\.self), $1]
                }
                for (found, wanted) in zip(found, wanted) {
                    let off = zip(found.scalars, wanted).map { abs(Double($0) - $1) }.max() ?? 1
                    #expect(off < 1e-5 * (1 + (wanted.map(abs).max() ?? 0)), "\(plain)")
                }
                #expect(found.count == wanted.count)
            }
        }
    }
}
