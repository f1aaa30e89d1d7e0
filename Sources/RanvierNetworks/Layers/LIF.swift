import Foundation
import RanvierConfiguration
import RanvierTensors

/// Leaky integrate-and-fire neurons.
///
///     u[t] = β v[t−1] + I[t],   s[t] = Θ(u[t] − θ),   v[t] = u[t] − θ s[t]   (soft reset)
///
/// All options of ``LIFDynamics``; v[−1] is 0 unless chosen; one threshold for the layer, or one for each channel of the last
/// axis. Source: the discrete model of Neftci, Mostafa & Zenke 2019; a learnable
/// leak `β = sigmoid(a)` as in Fang et al. 2021 (PLIF).
public struct LIF: SpikingUnits {
    /// `lif`.
    public static let kind = "lif"

    /// What the layer hands on.
    public enum Output: String, Sendable, Hashable, CaseIterable {
        /// Spikes.
        case spikes
        /// The membrane before the reset, for losses on the membrane of a spiking output layer.
        case membrane
    }

    /// What can be chosen of the neurons.
    public struct Options: Configurable {
        /// How the membrane decays.
        public var leak = Leak.timeConstant(20e-3)
        /// θ.
        public var threshold: Float = 1
        /// v before the first step of a sequence, a potential as θ is; θ/2 makes the first spikes neither early nor late. With a
        /// threshold per channel it is the same part of each.
        public var initialMembrane: Float = 0
        /// Whether each channel of the last axis has a threshold of its own; they start alike.
        public var hasThresholdPerChannel = false
        /// How many channels they are then; nil for as many as there are.
        public var channels: Int?
        /// Reset, surrogate and the other options.
        public var dynamics = LIFDynamics()
        /// What the layer hands on.
        public var output = Output.spikes
        /// Whether the leak is trained, one for the layer.
        public var learnsLeak = false
        /// Whether the threshold is trained: the layer's, or that of each channel.
        public var learnsThreshold = false

        /// 20 ms, threshold 1, soft detached reset, arctangent.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field.leak(\.leak)
            Field.number("threshold", \.threshold, in: .positive)
            Field.initialMembrane(\.initialMembrane)
            Field.thresholds(\.hasThresholdPerChannel, \.channels)
            Field.part(\.dynamics)
            Field.levels(\.dynamics.membrane, besideThresholds: \.hasThresholdPerChannel)
            Field.choice("output", \.output)
            Field.boolean("learns-leak", \.learnsLeak)
            Field.boolean("learns-threshold", \.learnsThreshold)
            Field.resetBelowThreshold(\.dynamics.reset, \.threshold)
            Field.initialBelowThreshold(\.initialMembrane, \.threshold)
            Field.refusing("initial-membrane") {
                $0.initialMembrane != 0 && $0.learnsThreshold && $0.dynamics.reset == .softDelayed
            } because: { _ in
                "with reset 'soft-delayed' a membrane at the threshold counts as a spike of the step before, and a learned "
                    + "threshold may sink below it; use reset: soft, or leave the key out"
            } settle: {
                $0.initialMembrane = 0
            }
        }
    }

    /// All that was chosen.
    public let options: Options
    private let threshold: Parameter
    private let leakLogit: Parameter?

    /// How the membrane decays.
    public var leak: Leak { options.leak }
    /// Reset, surrogate and the other options.
    public var dynamics: LIFDynamics { options.dynamics }
    /// What the layer hands on.
    public var output: Output { options.output }

    /// Neurons with a membrane time constant in seconds.
    public init(
        membraneTimeConstant: Double, threshold: Float = 1, reset: Reset = .soft,
        surrogate: Surrogate = .arctangent, output: Output = .spikes
    ) {
        self.init(
            leak: .timeConstant(membraneTimeConstant), threshold: threshold,
            dynamics: LIFDynamics(reset: reset, surrogate: surrogate), output: output)
    }

    /// Neurons with all options.
    ///
    /// - Parameters:
    ///   - learnsLeak: trains `a` in `β = sigmoid(a)`, one for the layer.
    ///   - learnsThreshold: trains θ, one for the layer.
    ///   - initialMembrane: v before the first step, below the threshold; a learned threshold does not move it.
    ///   - timeStep: only with `learnsLeak`, to start from a time constant.
    public init(
        leak: Leak, threshold: Float = 1, dynamics: LIFDynamics, output: Output = .spikes,
        learnsLeak: Bool = false, learnsThreshold: Bool = false, initialMembrane: Float = 0,
        timeStep: Double = 1e-3
    ) {
        let options = Options().with {
            ($0.leak, $0.threshold, $0.dynamics) = (leak, threshold, dynamics)
            ($0.output, $0.learnsLeak, $0.learnsThreshold) = (output, learnsLeak, learnsThreshold)
            $0.initialMembrane = initialMembrane
        }
        self.init(options, timeStep: timeStep)
    }

    /// Neurons with a threshold for each channel of the last axis.
    ///
    /// - Parameter initialShare: the part of its threshold that a membrane begins with.
    public init(
        leak: Leak, thresholds: [Float], initialShare: Float = 0, dynamics: LIFDynamics,
        output: Output = .spikes
    ) {
        let options = Options().with {
            ($0.leak, $0.dynamics, $0.output) = (leak, dynamics, output)
            $0.threshold = Parameter.least(of: thresholds)
            $0.initialMembrane = initialShare * $0.threshold
            ($0.hasThresholdPerChannel, $0.channels) = (true, thresholds.count)
        }
        self.init(options, timeStep: 1e-3, thresholds: thresholds)
    }

    /// Neurons as described.
    public init(_ options: Options, at site: LayerSite) {
        let complete = options.with {
            $0.channels = $0.hasThresholdPerChannel ? $0.channels ?? site.channels : nil
        }
        self.init(complete, timeStep: site.timeStep)
    }

    private init(_ options: Options, timeStep: Double, thresholds: [Float]? = nil) {
        self.options = options.with {
            // Without a hard reset there is nothing to leak to; what has no effect is not kept.
            if !$0.dynamics.reset.isHard { $0.dynamics.leakTarget = .zero }
        }
        threshold = .thresholds(
            thresholds, else: options.threshold, channels: options.channels,
            learns: options.learnsThreshold)
        if options.learnsLeak {
            let factor = min(max(options.leak.factor(timeStep: timeStep), 1e-4), 1 - 1e-4)
            leakLogit = Parameter(
                shape: [], initialization: .constant(Float(log(factor / (1 - factor)))),
                decays: false)
        } else {
            leakLogit = nil
        }
    }

    /// Rectified linear units; a readout of membranes stands for the scores themselves.
    public static func artificial(_ options: Options, at site: LayerSite) -> [any Layer] {
        options.output == .membrane ? [] : [ReLU()]
    }

    /// Leak 0.5, hard reset that is not detached, dspike. Source: Li et al. 2023.
    public static var deepOptions: Options {
        Options().with { ($0.leak, $0.dynamics) = (.factor(0.5), .deep) }
    }

    /// `threshold`, and `leak-logit` where the leak is learned.
    public var parameters: [(name: String, parameter: Parameter)] {
        [("threshold", threshold)] + (leakLogit.map { [("leak-logit", $0)] } ?? [])
    }

    /// Any shape, unchanged; the last axis must have one element per threshold.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        try threshold.requireChannels(of: input)
        return input
    }

    /// θ, `[]` or `[C]`.
    public var thresholds: Tensor { threshold.seen }

    /// Spikes, or membranes.
    public func signal(for input: Signal) -> Signal {
        Signal(output == .spikes ? .spikes : .values)
    }

    /// True.
    public var canBeLocalInTime: Bool { true }

    /// One membrane per neuron.
    public func stateCount(for input: [Int]) -> Int { input.elementCount }

    /// A time constant far below the step.
    public func doubts(timeStep: Double, steps: Int) -> [String] {
        leak.doubts("membrane", timeStep: timeStep)
            + (options.learnsLeak
                ? [] : dynamics.inputScale.doubts(leak: leak.factor(timeStep: timeStep)))
    }

    /// The factor β of this time step.
    public func leakFactor(timeStep: Double) -> Tensor {
        leakLogit?.tensor.sigmoid() ?? Tensor(Float(leak.factor(timeStep: timeStep)))
    }

    /// The whole sequence.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        respond(to: input, state: nil, in: context).output
    }

    /// A part of a sequence.
    public func run(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        let (output, next) = respond(to: input, state: state?["membrane"], in: context)
        return (output, LayerState(["membrane": next]))
    }

    /// One step.
    public func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        let sequence = input.reshaped(to: [1] + input.shape)
        let (output, next) = respond(to: sequence, state: state?["membrane"], in: context)
        return (output.step(at: 0), LayerState(["membrane": next]))
    }

    /// Membranes `[B, …]` before the first step of a current `[T, B, …]`; nil where all are 0.
    public func firstMembrane(for current: Tensor) -> Tensor? {
        options.initialMembrane.firstState(
            for: current, thresholds: threshold.tensor, beside: options.threshold)
    }

    private func respond(to current: Tensor, state: Tensor?, in context: ForwardContext) -> (
        output: Tensor, state: Tensor
    ) {
        let response = dynamics.run(
            current, leak: leakFactor(timeStep: context.timeStep), threshold: threshold.tensor,
            state: state ?? firstMembrane(for: current),
            keepsMembrane: output == .membrane || context.inspector != nil,
            membraneStep: context.weightStep, isLocalInTime: context.isLocalInTime)
        context.observe(.spikes(response.spikes.detached))
        context.inspect(
            .membranes(
                MembraneRecord(
                    response, dynamics, leak: leakFactor(timeStep: context.timeStep),
                    threshold: threshold.tensor)))
        return (
            output == .spikes ? response.spikes : response.membrane ?? response.spikes,
            response.state
        )
    }
}
