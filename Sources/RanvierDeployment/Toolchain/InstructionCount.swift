/// Instructions that a processor carries out for a sample: not cycles, which depend on its memory and pipeline.
public struct InstructionCount: Sendable, Hashable, Codable {
    /// Of the average sample.
    public let mean: Double
    /// Of the cheapest.
    public let smallest: Int
    /// Of the dearest.
    public let largest: Int

    /// Of samples; nil where there are none.
    public init?(_ counts: [Int]) {
        guard let smallest = counts.min(), let largest = counts.max() else { return nil }
        mean = Double(counts.reduce(0, +)) / Double(counts.count)
        self.smallest = smallest
        self.largest = largest
    }
}
