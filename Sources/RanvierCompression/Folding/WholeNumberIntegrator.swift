import Foundation
import RanvierConfiguration
import RanvierNetworks
import RanvierTensors

/// Integrators of whole numbers that never spike: a read-out without scales.
///
///     v[t] = v[t−1] − ⌊v[t−1] / 2^k⌋ + I[t]              leak 1 − 2^−k, rounded up
///     v[t] = sgn(v[t−1]) ⌊|v[t−1]| m / 4096⌋ + I[t]      leak m / 4096, rounded towards zero
///     v[t] = v[t−1] + I[t]                               leak 1
///
/// The shift is exact below 2²² in single precision, the product below 2²⁴; the gradient passes the rounding as if it were
/// not there. Runs step by step in plain operations.
public struct WholeNumberIntegrator: DescribedLayer {
    /// How what is kept of a membrane is rounded.
    public enum Rounding: String, Sendable, Hashable, CaseIterable {
        /// Up, as a shift does it.
        case up
        /// Towards zero, as a product of sizes does it.
        case towardsZero = "towards-zero"
    }

    /// How membranes decay.
    public struct Options: Configurable {
        /// What a step keeps: `1 − 2^−k`, `m / 4096`, or 1.
        public var leak = 1.0
        /// How that is rounded.
        public var rounding = Rounding.up

        /// No leak.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field { section, value throws(ConfigurationError) in
                value.rounding = try section.choice("rounding", default: value.rounding)
                value.leak = try section.float("leak", default: value.leak, in: 0...1)
                switch value.rounding {
                case .up:
                    guard value.leak == 1 || value.shift != nil else {
                        throw section.invalid(
                            "leak",
                            "\(value.leak) is no shift 1 − 2^−k with k up to 15, and not 1; products are "
                                + "rounded towards-zero")
                    }
                case .towardsZero:
                    guard value.multiplier != nil else {
                        throw section.invalid(
                            "leak",
                            "\(value.leak) is no part m / 4096 below 1, which 'rounding: towards-zero' takes"
                        )
                    }
                }
            } write: {
                [
                    .init("leak", .float($0.leak)),
                    .init("rounding", .string($0.rounding.rawValue)),
                ]
            } vary: { value, random in
                value.rounding = Rounding.allCases.randomElement(using: &random) ?? .up
                let leaks =
                    switch value.rounding {
                    case .up: [1, 0.5, 0.75, 0.875]
                    case .towardsZero: [0.5, 0.6875, 3686.0 / 4096]
                    }
                value.leak = leaks.randomElement(using: &random) ?? 0.5
            }
        }

        /// Places that are shifted, k; nil for a membrane that forgets nothing, or by a product.
        public var shift: Int? {
            guard rounding == .up else { return nil }
            return (0...15).first { leak == 1 - exp2(-Double($0)) }
        }

        /// m, what is kept in parts of 4096; nil for others.
        public var multiplier: Int? {
            let parts = leak * Double(WholeNumberLeak.one)
            return rounding == .towardsZero && leak < 1 && parts == parts.rounded()
                ? Int(parts) : nil
        }
    }

    /// `whole-number-integrator`.
    public static let kind = "whole-number-integrator"
    /// How membranes decay.
    public let options: Options

    /// Integrators with a shift, or without a leak.
    public init(shift: Int?) {
        precondition(shift.map { (0...15).contains($0) } ?? true, "a shift has 0 to 15 places")
        self.init(shift.map { .shift($0) } ?? .nothing)
    }

    /// Integrators that keep m of 4096 parts.
    public init(multiplier: Int) {
        precondition(
            (0..<WholeNumberLeak.one).contains(multiplier),
            "0 to \(WholeNumberLeak.one - 1) parts of \(WholeNumberLeak.one) are kept, not \(multiplier)"
        )
        self.init(.multiplier(multiplier))
    }

    init(_ leak: WholeNumberLeak) {
        options = Options().with {
            ($0.leak, $0.rounding) = (leak.factor, leak.multiplier == nil ? .up : .towardsZero)
        }
    }

    /// Membranes below which single precision is exact.
    static func limit(of leak: WholeNumberLeak) -> Double {
        switch leak {
        case .nothing, .multiplier: WholeNumberLeak.exactLimit
        // Only the quotient is rounded.
        case .shift(let places):
            min(WholeNumberLeak.exactLimit, WholeNumberLeak.roundingLimit * exp2(Double(places)))
        }
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

    /// `v − ⌊v / 2^k⌋`, or `sgn(v) ⌊|v| m / 4096⌋`.
    private func kept(_ membrane: Tensor) -> Tensor {
        if let parts = options.multiplier {
            let product = membrane * Float(options.leak), exact = Double(parts)
            let whole = membrane.detached.scalars.map {
                Float((Double($0) * exact / Double(WholeNumberLeak.one)).rounded(.towardZero))
            }
            return product + (Tensor(whole, shape: membrane.shape) - product.detached)
        }
        guard let shift = options.shift else { return membrane }
        let quotient = membrane * Float(sign: .plus, exponent: -shift, significand: 1)
        let nearest = quotient.detached.roundedToEven
        let floor = nearest - nearest.isGreater(than: quotient.detached)
        return membrane - (quotient + (floor - quotient.detached))
    }
}
