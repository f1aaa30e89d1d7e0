import RanvierLearning

/// What is left of a network whose connections went or whose weights lost bits: `compression` in `result.json`.
public struct CompressionRecord: Codable, Equatable, Sendable {
    /// Connections that the network could have.
    public var connections: Int
    /// Share of them that masks and scores have taken; a connection whose weight is rounded to zero is there.
    public var sparsity: Double
    /// Bits of a weight, the mean over the connections.
    public var bitsPerWeight: Double
    /// Bytes of an update in the field.
    public var update: UpdateSize
    /// The network that it came from; nil where there is none to be held against.
    public var origin: String?
    /// How differently it fires on the test samples; nil without an origin, or where their layers differ.
    public var firingRates: FiringRateDistance?

    /// The record of a model; nil where all its connections are there in single precision.
    public init?(of storage: [StoredNumbers]) {
        let weights = storage.filter { $0.connections != nil }
        let all = weights.reduce(0) { $0 + ($1.connections?.all ?? 0) }
        let living = weights.reduce(0) { $0 + ($1.connections?.living ?? 0) }
        guard all > 0, weights.contains(where: { $0.mask != nil || $0.bits < 32 }) else {
            return nil
        }
        connections = all
        sparsity = 1 - Double(living) / Double(all)
        bitsPerWeight = weights.reduce(0.0) { $0 + Double($1.bits * $1.count) } / Double(all)
        update = UpdateSize(of: storage)
    }

    /// What of it a report shows.
    public var diagnostic: Diagnostic {
        var measures = [
            Measure("connections", Double(connections), higherIsBetter: nil),
            Measure("connection-sparsity", sparsity, unit: Measure.share, higherIsBetter: nil),
            Measure("bits-per-weight", bitsPerWeight, higherIsBetter: nil),
            Measure("update-of-the-mask", Double(update.mask), unit: "bytes", higherIsBetter: nil),
            Measure(
                "update-of-weights", Double(update.weights), unit: "bytes", higherIsBetter: nil),
            Measure("update-of-both", Double(update.both), unit: "bytes", higherIsBetter: nil),
        ]
        for layer in firingRates?.layers ?? [] {
            measures.append(
                Measure(
                    "rate-distance-of-\(layer.name)", layer.distance, unit: "spikes per step",
                    higherIsBetter: nil))
        }
        let from = origin.map { " from '\($0)'" } ?? ""
        return Diagnostic(
            title: "What compression changed",
            summary: firingRates == nil
                ? ""
                : "Equal answers can hide changed firing: the earth mover's distance\(from) of the neurons' rates, "
                    + "layer by layer.", measures: measures)
    }
}
