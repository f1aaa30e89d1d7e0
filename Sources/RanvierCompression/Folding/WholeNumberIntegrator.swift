import Foundation
import RanvierConfiguration
import RanvierNetworks
import RanvierTensors

/// Integrators of whole numbers that never spike: a read-out without a multiplier.
///
///     v[t] = v[t−1] − ⌊v[t−1] / 2^k⌋ + I[t]        (or v[t−1] + I[t])
///
/// The shift of a leak 1 − 2^−k. Exact below 2²² in single precision; the gradient passes the rounding as if it were not
/// there. Runs step by step in plain operations.
public struct WholeNumberIntegrator: DescribedLayer {
    /// How membranes decay.
    public struct Options: Configurable {
        /// What a step keeps, `1 − 2^−k`, or 1.
        public var leak = 1.0

        /// No leak.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field { section, value throws(ConfigurationError) in
                value.leak = try section.float("leak", default: value.leak, in: 0...1)
                guard value.leak == 1 || value.shift != nil else {
                    throw section.invalid(
                        "leak", "\(value.leak) is no shift 1 − 2^−k with k up to 15, and not 1")
                }
            } write: {
                [.init("leak", .float($0.leak))]
            } vary: { value, random in
                value.leak = [1, 0.5, 0.75, 0.875].randomElement(using: &random) ?? 1
            }
        }

        /// Places that are shifted, k; nil for a membrane that forgets nothing.
        public var shift: Int? {
            (0...15).first { leak == 1 - exp2(-Double($0)) }
        }
    }

    /// `whole-number-integrator`.
    public static let kind = "whole-number-integrator"
    /// How membranes decay.
    public let options: Options

    /// Integrators with a shift, or without a leak.
    public init(shift: Int?) {
        precondition(shift.map { (0...15).contains($0) } ?? true, "a shift has 0 to 15 places")
        options = Options().with { $0.leak = shift.map { 1 - exp2(-Double($0)) } ?? 1 }
    }

    /// The same at every place.
    public init(_ options: Options, at site: LayerSite) { self.options = options }

    /// None: without time there is nothing to integrate.
    public static func artificial(_ options: Options, at site: LayerSite) -> [any Layer] { [] }

    /// Any shape, unchanged.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

    /// One membrane per neuron.
    public func stateCount(for input: [Int]) -> Int { input.elementCount }

    /// Membranes after each step.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        let output = run(input, state: nil, in: context).output
        context.observe(.values(output.detached))
        return output
    }

    /// One step.
    public func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        let output = state?["membrane"].map { kept($0) + input } ?? input.dense
        return (output, LayerState(["membrane": output]))
    }

    /// `v − ⌊v / 2^k⌋`.
    private func kept(_ membrane: Tensor) -> Tensor {
        guard let shift = options.shift else { return membrane }
        let quotient = membrane * Float(sign: .plus, exponent: -shift, significand: 1)
        let nearest = quotient.detached.roundedToEven
        let floor = nearest - nearest.isGreater(than: quotient.detached)
        return membrane - (quotient + (floor - quotient.detached))
    }
}
