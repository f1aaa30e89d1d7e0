import Foundation
import RanvierNetworks
import RanvierTensors

/// Weights as whole numbers times a scale, one for all or one for each output (the last axis).
struct WeightCodes {
    /// In row-major order.
    let codes: [Int]
    /// One for each output; 0 where an output has no weights but zeros.
    let scales: [Double]
    /// Bits of a code.
    let bits: Int

    /// Outputs.
    var outputs: Int { scales.count }

    /// The codes of a parameter that is seen through a quantiser.
    ///
    /// - Throws: ``FoldingError/weights(parameter:reason:)`` where what is seen are no multiples of a scale.
    init(of parameter: Parameter) throws(FoldingError) {
        guard let view = parameter.views.last(where: { $0.bits != nil }), let bits = view.bits
        else {
            throw .weights(
                parameter: parameter.name,
                reason: "its weights are not quantised; quantise after training, or train with a "
                    + "quantiser")
        }
        self.bits = bits
        let seen = parameter.seen.scalars.map { Double($0) }
        guard seen.allSatisfy(\.isFinite) else {
            throw .weights(parameter: parameter.name, reason: "its weights are not all finite")
        }
        let width = max(parameter.shape.last ?? 1, 1)
        let given = Self.scales(of: view, parameter).map { Double($0) }
        let scales =
            given.isEmpty
            ? Self.sizes(of: seen, width: width)
            : (0..<width).map { given[given.count == 1 ? 0 : $0] }
        self.scales = (0..<width).map { output in
            stride(from: output, to: seen.count, by: width).contains { seen[$0] != 0 }
                ? scales[output] : 0
        }
        codes = seen.enumerated().map { index, value in
            let scale = scales[index % width]
            return scale > 0 ? Int((value / scale).rounded(.toNearestOrEven)) : 0
        }
        for (index, value) in seen.enumerated() {
            let scale = scales[index % width], error = abs(value - scale * Double(codes[index]))
            // What is seen was rounded to single precision.
            guard error <= 1e-4 * scale + 3e-7 * abs(value) else {
                throw .weights(
                    parameter: parameter.name,
                    reason:
                        "through '\(type(of: view).kind)' the weight \(value) at \(index) is no "
                        + "multiple of the scale \(scale); take a symmetric quantiser")
            }
        }
    }

    /// One weight for each output that nothing has rounded: its sign, and its size as the scale.
    ///
    /// - Throws: ``FoldingError/weights(parameter:reason:)`` for what is no number.
    init(signsOf parameter: Parameter) throws(FoldingError) {
        let seen = parameter.seen.scalars.map { Double($0) }
        guard seen.allSatisfy(\.isFinite) else {
            throw .weights(parameter: parameter.name, reason: "its weights are not all finite")
        }
        codes = seen.map { $0 < 0 ? -1 : $0 > 0 ? 1 : 0 }
        scales = seen.map(abs)
        bits = 16
    }

    /// The scales that a quantiser says; empty where it says none.
    private static func scales(of view: any ParameterView, _ parameter: Parameter) -> [Float] {
        let isFirst = parameter.views.allSatisfy { $0 is Mask || type(of: $0) == type(of: view) }
        switch view {
        case let view as SymmetricQuantizer where isFirst:
            return view.scales(of: parameter.value, alive: parameter.mask?.alive)
        case let view as LearnedStepQuantizer: return [abs(view.step.value.scalars[0])]
        case let view as SharedScaleQuantizer: return [view.step]
        default: return []
        }
    }

    /// The one size that the weights of each output have, where they have one.
    private static func sizes(of seen: [Double], width: Int) -> [Double] {
        (0..<width).map { output in
            stride(from: output, to: seen.count, by: width).reduce(0) { max($0, abs(seen[$1])) }
        }
    }

    /// The largest `Σ |q|` of each output.
    var sums: [Double] {
        var sums = [Double](repeating: 0, count: outputs)
        for (index, code) in codes.enumerated() { sums[index % outputs] += Double(abs(code)) }
        return sums
    }
}
