import Foundation

/// What a network became in whole numbers, layer by layer.
public struct FoldingReport: Sendable, Hashable, CustomStringConvertible {
    /// A layer of synapses, and the neurons behind it.
    public struct Layer: Sendable, Hashable {
        /// Name of the synapses.
        public var name: String
        /// Name of the neurons or integrators; nil for a read-out without them.
        public var neurons: String?
        /// Bits of a weight.
        public var weightBits: Int
        /// Bits of a recurrent weight; nil without recurrence.
        public var recurrentBits: Int?
        /// Largest size of a bias; nil where there is none.
        public var largestBias: Int?
        /// Smallest and largest threshold.
        public var thresholds: ClosedRange<Int>?
        /// Places of the leak's shift; nil without one.
        public var shift: Int?
        /// What a leak by multiplication keeps, in parts of 4096; nil for others.
        public var multiplier: Int?
        /// Largest size that a sum can have, by its weights, recurrent ones included.
        public var largestSum: Int
        /// Largest size that a membrane can have after all steps; nil where none is kept.
        public var largestMembrane: Int?
        /// Largest size of a sum that was seen.
        public var seenSum: Int?
        /// Largest size of a membrane between two steps that was seen.
        public var seenMembrane: Int?
    }

    /// The layers in order.
    public var layers: [Layer]
    /// What may cost accuracy or memory, a sentence each that names the layer.
    public var warnings: [String]

    /// A line for each layer, and the warnings.
    public var description: String {
        layers.map { layer in
            var parts = ["\(layer.name): \(layer.weightBits)-bit weights"]
            if let bits = layer.recurrentBits, let neurons = layer.neurons {
                parts.append("\(bits)-bit recurrent weights of \(neurons)")
            }
            parts.append(
                "sums up to \(layer.largestSum)" + (layer.seenSum.map { " (seen \($0))" } ?? ""))
            if let bias = layer.largestBias { parts.append("biases up to \(bias)") }
            if let thresholds = layer.thresholds {
                parts.append("thresholds \(thresholds.lowerBound) to \(thresholds.upperBound)")
            }
            if let shift = layer.shift { parts.append("leak by a shift of \(shift)") }
            if let multiplier = layer.multiplier {
                parts.append("leak by \(multiplier) of \(WholeNumberLeak.one) parts")
            }
            if let membrane = layer.largestMembrane {
                parts.append(
                    "membranes up to \(membrane)"
                        + (layer.seenMembrane.map { " (seen \($0))" } ?? ""))
            }
            return parts.joined(separator: ", ")
        }.joined(separator: "\n") + warnings.map { "\nwarning: \($0)" }.joined()
    }
}
