/// One stored site for each mini-batch: the alternative with memory, which costs as many numbers as there are batches and weights.
///
///     Λ = Σ_b Λ_b,   cavity of a sample of batch b: Λ − Λ_b/M,   Λ_b ← (1 − δ) Λ_b + δ Σ f_n
///
/// It converges smoothly to the answer of ``SharedSites`` with κ = 1.
public struct StoredSites: Sendable, Hashable {
    /// Λ_b.
    public private(set) var sites: [MessageMatrix]
    /// δ, from 0 to 1.
    public var damping: Double

    /// Sites that say nothing.
    public init(batches: Int, rows: Int, columns: Int, damping: Double = 1) {
        sites = Array(repeating: MessageMatrix(rows: rows, columns: columns), count: batches)
        self.damping = damping
    }

    /// Λ, in double precision and without the error of adding and taking away.
    public var totals: MessageMatrix {
        sites.dropFirst().reduce(sites[0]) { $0 + $1 }
    }

    /// The cavity of each sample of a batch.
    public func cavity(ofBatch index: Int, samples: Int) -> MessageMatrix {
        totals + sites[index].scaled(by: -1 / Double(samples))
    }

    /// Takes over the sum of a batch's messages.
    public mutating func update(batch index: Int, with messages: MessageMatrix) {
        sites[index] = sites[index].scaled(by: 1 - damping) + messages.scaled(by: damping)
    }
}
