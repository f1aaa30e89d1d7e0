/// How the numbers of a sensor become what the first layer of an integer network is shown.
///
/// A sample is some rows, as for a stream of a model; a row is one or more steps of the network. A value x of the data, scaled as
/// the model's signature says, is the number `n = clip(round(L x), lowest, N)`, which a device has at hand without arithmetic where L
/// is what its sensor counts: 255 for the pixels of images.
public struct IntegerInput: Sendable, Hashable {
    /// What a row is shown as.
    public enum Encoding: Sendable, Hashable {
        /// Numbers themselves, the same for some steps: a constant current.
        case numbers(steps: Int)
        /// Spikes, one step a row.
        case spikes
        /// One spike of each value: a number n spikes at step t where `cuts[t] ≤ n`, the first such t; none where there is none.
        /// Cuts fall from step to step.
        case latency(cuts: [Int32])
        /// Spikes by chance, each step on its own, with n / N as probability: value i spikes at step t where
        /// `N (h >> 16) < n 2^16`, with `h = mix(seed + (t count + i) 0x9E3779B9)` and mix the 32-bit finaliser
        /// ``IntegerInput/mixed(_:)``. The draws are the same for every sample.
        case rate(steps: Int, seed: UInt32)
        /// Rises and falls of at least a threshold from row to row, rises first along the last axis; before the first row
        /// stands `first`, or that row itself.
        case delta(threshold: Int32, first: Int32?)
        /// Rises and falls by whole levels from the level told last, at most some in a step; with one they are spikes, with more
        /// numbers. Before the first row stands `first`, or that row itself.
        case levelCrossing(distance: Int32, mostEvents: Int, first: Int32?)
    }

    /// Shape of a row.
    public let rowShape: [Int]
    /// Rows of a sample.
    public let rows: Int
    /// What the value 1 counts, L.
    public let levels: Int
    /// Numbers that there are: 0 … N, or −N … N. Spikes are 0 and 1.
    public let range: ClosedRange<Int32>
    /// What a row is shown as.
    public let encoding: Encoding

    /// How samples come in.
    ///
    /// - Throws: ``IntegerNetworkError`` for numbers beyond 16 bits and encodings that cannot be.
    public init(
        rowShape: [Int], rows: Int, levels: Int, range: ClosedRange<Int32>, encoding: Encoding
    ) throws(IntegerNetworkError) {
        func require(
            _ isRight: Bool, _ what: String, _ expected: String, _ found: String
        ) throws(IntegerNetworkError) {
            guard !isRight else { return }
            throw .interface(what: what, expected: expected, found: found)
        }
        try require(
            !rowShape.isEmpty && rowShape.allSatisfy { $0 > 0 } && rows > 0, "rows of a sample",
            "at least one, of positive sizes", "\(rows) of shape \(rowShape)")
        try require((1...65_535).contains(levels), "levels of a number", "1 to 65535", "\(levels)")
        let isSixteen =
            (range.lowerBound == 0 && range.upperBound <= 65_535)
            || (range.lowerBound >= -32_767 && range.upperBound <= 32_767)
        try require(
            isSixteen && range.upperBound > 0 && range.lowerBound <= 0, "numbers of a sensor",
            "16 bits, from 0, or from below it", "\(range.lowerBound) to \(range.upperBound)")
        switch encoding {
        case .numbers(let steps):
            try require(steps > 0, "steps of a row", "at least 1", "\(steps)")
        case .rate(let steps, _):
            try require(steps > 0, "steps of a row", "at least 1", "\(steps)")
            try require(range.lowerBound == 0, "numbers of a rate code", "none below 0", "\(range)")
        case .spikes:
            try require(range == 0...1, "spikes", "0 and 1", "\(range)")
        case .latency(let cuts):
            try require(
                !cuts.isEmpty && zip(cuts, cuts.dropFirst()).allSatisfy { $0 >= $1 },
                "cuts of a latency code", "at least one, falling", "\(cuts.count)")
        case .delta(let threshold, _):
            try require(threshold > 0, "threshold of a change", "at least 1", "\(threshold)")
        case .levelCrossing(let distance, let most, _):
            try require(
                distance > 0 && (1...127).contains(most), "levels that are crossed",
                "a distance of at least 1, and 1 to 127 events", "\(distance) and \(most)")
        }
        self.rowShape = rowShape
        self.rows = rows
        self.levels = levels
        self.range = range
        self.encoding = encoding
    }

    /// Values of a row.
    public var rowCount: Int { rowShape.reduce(1, *) }
    /// Steps that a row takes.
    public var stepsPerRow: Int {
        switch encoding {
        case .numbers(let steps), .rate(let steps, _): steps
        case .spikes, .delta, .levelCrossing: 1
        case .latency(let cuts): cuts.count
        }
    }
    /// Steps of a sample.
    public var steps: Int { rows * stepsPerRow }
    /// Shape of what the first layer is shown at a step.
    public var shownShape: [Int] {
        switch encoding {
        case .numbers, .spikes, .latency, .rate: return rowShape
        case .delta, .levelCrossing:
            var shape = rowShape
            shape[shape.count - 1] *= 2
            return shape
        }
    }
    /// The largest size of a number that the first layer is shown.
    public var largestShown: Int {
        switch encoding {
        case .numbers: Int(max(range.upperBound, -range.lowerBound))
        case .spikes, .latency, .rate, .delta: 1
        case .levelCrossing(_, let most, _): most
        }
    }
    /// Whether the first layer is shown spikes, one bit a value.
    public var showsSpikes: Bool {
        switch encoding {
        case .numbers: range == 0...1
        case .levelCrossing(_, let most, _): most == 1
        case .spikes, .latency, .rate, .delta: true
        }
    }
    /// Whether a sample is shown the same at every step.
    public var isConstant: Bool { if case .numbers = encoding { rows == 1 } else { false } }

    /// A number whose bits depend on all bits of another: two rounds of shifts and products, modulo 2³².
    public static func mixed(_ number: UInt32) -> UInt32 {
        var x = number
        x ^= x >> 16
        x = x &* 0x7FEB_352D
        x ^= x >> 15
        x = x &* 0x846C_A68B
        x ^= x >> 16
        return x
    }
}
