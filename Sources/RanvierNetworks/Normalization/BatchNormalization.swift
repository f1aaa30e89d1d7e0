import RanvierConfiguration
import RanvierTensors

/// Batch normalisation of sequences `[T, B, …, C]`, per channel.
///
///     x̂ = (x − μ) / √(σ² + ε),    y = γ x̂ + β      (and the variants of ``NormalizationVariant``)
///
/// In training μ and σ² are those of the batch, and running values move towards them (biased variance for
/// the normalisation, unbiased for the running value). In inference the running values take their place.
/// One step alone, in training, is normalised by the statistics of that step.
///
/// With ``Network/freezesNormalization`` training, too, takes the running values and leaves them as they are: a linear map whose
/// γ, β and p learn, which is what a late phase of training wants whose network must be the one that inference runs.
public struct BatchNormalization: DescribedLayer {
    /// What can be chosen of the normalisation.
    public struct Options: Configurable {
        /// Number of channels; nil for as many as there are.
        public var channels: Int?
        /// How statistics and scales relate to time.
        public var variant = NormalizationChoice(.shared)
        /// Share of a new batch in the running values.
        public var momentum: Float = 0.1
        /// Added to the variance.
        public var epsilon = 1e-5
        /// β before training.
        public var initialShift: Float = 0
        /// Whether weight decay applies to γ and β.
        public var decays = false

        /// Shared statistics.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field.optionalInteger("channels", \.channels, in: 1..., drawn: nil)
            Field.normalization("variant", \.variant)
            Field.number("momentum", \.momentum, in: 0...1)
            Field.number("epsilon", \.epsilon, in: .positive)
            Field.number("initial-shift", \.initialShift)
            Field.boolean("weight-decay", \.decays)
            Field.refusing("initial-shift") {
                $0.initialShift != 0 && $0.variant.word == .bntt
            } because: { _ in
                "has no effect with variant 'bntt', which has no shift; leave the key out"
            } settle: {
                $0.initialShift = 0
            }
        }
    }

    /// `batch-norm`.
    public static let kind = "batch-norm"

    /// All that was chosen.
    public let options: Options
    /// Number of channels.
    public let channels: Int
    /// How statistics and scales relate to time.
    public let variant: NormalizationVariant

    /// Share of a new batch in the running values.
    public var momentum: Float { options.momentum }
    /// Added to the variance.
    public var epsilon: Double { options.epsilon }

    /// γ (λ for tdBN), `[C]`, or `[T, C]` for BNTT.
    public let scale: Parameter
    /// β, `[C]`; nil for BNTT.
    public let shift: Parameter?
    /// p, `[T]`, for TEBN.
    public let stepScale: Parameter?
    /// Running mean, `[C]`, or `[T, C]` for BNTT.
    public let runningMean: Parameter
    /// Running unbiased variance, of the same shape.
    public let runningVariance: Parameter

    /// Normalisation of a number of channels, with γ = 1, p = 1, and β = 0 unless chosen.
    ///
    /// - Parameters:
    ///   - initialShift: β before training; BNTT has none. Above 0 it wakes neurons that would be silent.
    ///   - decays: whether weight decay applies to γ and β, as in most published recipes.
    public init(
        _ channels: Int, variant: NormalizationVariant = .shared, momentum: Float = 0.1,
        epsilon: Double = 1e-5, initialShift: Float = 0, decays: Bool = false
    ) {
        precondition(initialShift == 0 || !variant.isPerStep, "BNTT has no shift")
        let options = Options().with {
            ($0.momentum, $0.epsilon, $0.decays) = (momentum, epsilon, decays)
            $0.initialShift = initialShift
        }
        self.init(options, channels: channels, variant: variant)
    }

    /// Normalisation as described.
    public init(_ options: Options, at site: LayerSite) {
        self.init(
            options, channels: options.channels ?? site.channels,
            variant: options.variant.variant(at: site) ?? .shared)
    }

    private init(_ options: Options, channels: Int, variant: NormalizationVariant) {
        precondition(channels > 0, "normalisation needs channels")
        self.options = options.with {
            $0.channels = channels
            $0.variant = NormalizationChoice(variant)
        }
        self.channels = channels
        self.variant = variant
        let decays = options.decays
        let rows = variant.isPerStep ? [variant.steps ?? 1, channels] : [channels]
        scale = Parameter(
            shape: rows, initialization: .constant(1), decays: decays, isPrunable: false)
        shift =
            variant.isPerStep
            ? nil
            : Parameter(
                shape: [channels], initialization: .constant(options.initialShift), decays: decays)
        if case .temporalEffective(let steps) = variant {
            stepScale = Parameter(shape: [steps], initialization: .constant(1), decays: false)
        } else {
            stepScale = nil
        }
        runningMean = Parameter(
            shape: rows, initialization: .constant(0), isTrainable: false, decays: false)
        runningVariance = Parameter(
            shape: rows, initialization: .constant(1), isTrainable: false, decays: false)
    }

    /// `scale`, `shift`, `step-scale`, `running-mean`, `running-variance`, as far as there are any.
    public var parameters: [(name: String, parameter: Parameter)] {
        [("scale", scale)] + (shift.map { [("shift", $0)] } ?? [])
            + (stepScale.map { [("step-scale", $0)] } ?? [])
            + [("running-mean", runningMean), ("running-variance", runningVariance)]
    }

    /// Features whose last axis has `channels` elements, unchanged.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        guard input.last == channels else {
            throw ShapeMismatch(expected: "\(channels) channels on the last axis", found: input)
        }
        return input
    }

    /// The whole sequence.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        let output = normalized(input, firstStep: 0, in: context)
        context.observe(.values(output.detached))
        return output
    }

    /// True.
    public var takesChannelSums: Bool { true }

    /// Those of the variant.
    public var madeForSteps: Int? { variant.steps }

    /// Two where a sample has one value per channel, which has no variance: of images there are as many as positions,
    /// and as many again at every step that shares the statistics, unless all steps are alike.
    public func smallestBatch(for input: [Int], signal: Signal, steps: Int) -> Int {
        let times = variant.isPerStep || signal.isConstant ? 1 : steps
        return input.elementCount / channels * times > 1 ? 1 : 2
    }

    /// Whether parameters belong to steps.
    public var remembers: Bool { variant.steps != nil }

    /// False: through statistics over all steps errors reach every step.
    public var canBeLocalInTime: Bool { false }

    /// A part of a sequence, in training normalised by its own statistics; the state counts steps where parameters
    /// belong to them.
    public func run(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        let index = state?["step"].map { Int($0.scalar) } ?? 0
        let output = normalized(input, firstStep: index, in: context)
        context.observe(.values(output.detached))
        let next = Float(index + input.shape[0])
        return (output, variant.steps == nil ? nil : LayerState(["step": Tensor(next)]))
    }

    /// One step.
    public func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        let response = run(input.reshaped(to: [1] + input.shape), state: state, in: context)
        return (response.output.step(at: 0), response.state)
    }

    private func normalized(_ input: Tensor, firstStep: Int, in context: ForwardContext) -> Tensor {
        if variant.steps == nil, let step = input.constantStep {
            // All steps are alike: one of them has the statistics of all.
            return input.mappingStep { tracked in
                normalized(
                    tracked.reshaped(to: [1] + step.shape), repeats: input.shape[0], steps: 0..<1,
                    in: context
                ).reshaped(to: step.shape)
            } ?? input
        }
        let steps = firstStep..<firstStep + input.shape[0]
        if let made = variant.steps {
            precondition(
                steps.upperBound <= made,
                "\(Tape.layer): normalisation made for \(made) steps, not \(steps.upperBound)")
        }
        return normalized(input, repeats: 1, steps: steps, in: context)
    }

    private func normalized(
        _ input: Tensor, repeats: Int, steps: Range<Int>, in context: ForwardContext
    ) -> Tensor {
        let dynamics = NormalizationDynamics(epsilon: epsilon, isPerStep: variant.isPerStep)
        let statistics: NormalizationDynamics.Statistics
        let measures = context.isTraining && !context.freezesNormalization
        if measures {
            statistics = dynamics.statistics(of: input)
            let count = input.count / channels * repeats / (variant.isPerStep ? steps.count : 1)
            if !context.isRecomputing {
                updateRunningValues(statistics, count: count, steps: steps)
            }
        } else {
            statistics = runningStatistics(of: steps)
        }
        return dynamics.run(
            input, scale: effectiveScale(of: steps), shift: shift?.tensor,
            stepScale: stepScale?.tensor.slice(steps), statistics: statistics,
            areBatchStatistics: measures)
    }

    private func effectiveScale(of steps: Range<Int>) -> Tensor {
        switch variant {
        case .shared, .temporalEffective: scale.tensor
        case .thresholdDependent(let alpha, let threshold): scale.tensor * (alpha * threshold)
        case .perStep: scale.tensor.slice(steps)
        }
    }
}

// MARK: - Running values

extension BatchNormalization {
    private func runningStatistics(of steps: Range<Int>) -> NormalizationDynamics.Statistics {
        NormalizationDynamics.Statistics(
            mean: rows(of: runningMean, steps), variance: rows(of: runningVariance, steps))
    }

    private func rows(of parameter: Parameter, _ steps: Range<Int>) -> [[Double]] {
        let all = parameter.value.scalars.map { Double($0) }
        guard variant.isPerStep else { return [all] }
        return steps.map { Array(all[$0 * channels..<($0 + 1) * channels]) }
    }

    private func updateRunningValues(
        _ batch: NormalizationDynamics.Statistics, count: Int, steps: Range<Int>
    ) {
        let unbiased = count > 1 ? Double(count) / Double(count - 1) : 1
        let first = variant.isPerStep ? steps.lowerBound * channels : 0
        move(runningMean, towards: batch.mean.flatMap { $0 }, from: first)
        move(
            runningVariance, towards: batch.variance.flatMap { $0.map { $0 * unbiased } },
            from: first)
    }

    private func move(_ parameter: Parameter, towards values: [Double], from first: Int) {
        var scalars = parameter.value.scalars
        for (i, value) in values.enumerated() {
            scalars[first + i] += momentum * (Float(value) - scalars[first + i])
        }
        parameter.value = Tensor(scalars, shape: parameter.shape)
    }

    /// The linear map that inference applies: `y = a x + b`, with `a` and `b` of shape `[C]`, or `[T, C]` where
    /// steps differ by more than the factor p.
    public var inferenceMap: (scale: Tensor, shift: Tensor) {
        let deviation = (runningVariance.value + Float(epsilon)).squareRoot()
        let a = effectiveScale(of: 0..<(variant.steps ?? 1)).detached / deviation
        let shift = self.shift?.seen ?? .zeros([channels])
        return (a, shift - a * runningMean.value)
    }
}
