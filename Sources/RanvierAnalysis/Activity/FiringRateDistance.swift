import RanvierData
import RanvierLearning

/// How differently two networks fire on the same samples, layer by layer.
///
///     W₁ = ∫ |F(x) − G(x)| dx
///
/// is the earth mover's distance of the distributions of the neurons' rates: of as many neurons the mean distance of the sorted rates.
/// It does not ask which neuron is which, so that networks of other widths and other weights compare. Neuron by neuron
/// ``Layer/meanDifference`` does.
public struct FiringRateDistance: Codable, Equatable, Sendable {
    /// One layer.
    public struct Layer: Codable, Equatable, Sendable {
        /// Name of the layer.
        public var name: String
        /// Earth mover's distance, in spikes per neuron and step.
        public var distance: Double
        /// Mean of |Δ rate| neuron by neuron, at least the distance; nil where there are not as many.
        public var meanDifference: Double?
    }

    /// Layers that both networks have, in the order of the first.
    public var layers: [Layer]

    /// Mean distance over the layers.
    public var mean: Double {
        layers.isEmpty ? 0 : layers.reduce(0) { $0 + $1.distance } / Double(layers.count)
    }

    /// Compares rates, layer by layer under the same name.
    ///
    /// - Throws: `AnalysisError` where a layer of one has no layer of its name in the other.
    public init(from first: FiringRates, to second: FiringRates) throws(AnalysisError) {
        let names = first.layers.map(\.name), others = second.layers.map(\.name)
        guard names == others else {
            throw .impossibleValue(
                what: "spiking layers of two networks that are compared",
                expected: names.joined(separator: ", "), found: others.joined(separator: ", "))
        }
        layers = zip(first.layers, second.layers).map { a, b in
            Layer(
                name: a.name, distance: Self.distance(a.rates, b.rates),
                meanDifference: a.rates.count == b.rates.count
                    ? zip(a.rates, b.rates).reduce(0) { $0 + abs($1.0 - $1.1) }
                        / Double(max(a.rates.count, 1)) : nil)
        }
    }

    /// Lets two models answer the same samples.
    public init(
        from first: any SpikingModel, to second: any SpikingModel, on samples: Dataset
    ) throws {
        try self.init(
            from: FiringRates(of: first, on: samples), to: FiringRates(of: second, on: samples))
    }

    /// The earth mover's distance of two lists of numbers, each number with the same weight within its list; 0 where one is empty.
    ///
    /// Complexity: O(n log n).
    public static func distance(_ a: [Double], _ b: [Double]) -> Double {
        guard !a.isEmpty, !b.isEmpty else { return 0 }
        let a = a.sorted(), b = b.sorted()
        var i = 0, j = 0, sum = 0.0
        var last = min(a[0], b[0])
        while i < a.count || j < b.count {
            let next = min(i < a.count ? a[i] : .infinity, j < b.count ? b[j] : .infinity)
            sum +=
                abs(Double(i) / Double(a.count) - Double(j) / Double(b.count)) * (next - last)
            last = next
            while i < a.count, a[i] == next { i += 1 }
            while j < b.count, b[j] == next { j += 1 }
        }
        return sum
    }
}
