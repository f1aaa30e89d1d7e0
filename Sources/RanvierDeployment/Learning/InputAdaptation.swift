/// Numbers that come in, brought back to the mean and the spread they had when the network learned, without labels: what a sensor's
/// offset and gain drift by, value by value.
///
/// For each value `i` of a row, `n` the number that comes in, `M` and `D` the mean and the mean deviation from it that calibration
/// found, all shifts rounding down:
///
///     m ← m + ((16 n − m) >> meanShift)               16 times the running mean; 16 M at first
///     y = ((n − (m >> 4)) (g >> 4)) >> 8              g counts 1/4096; 4096 at first
///     g ← clip(g + (D − |y|) 2^gainShift, 1024, 16383)    where D ≥ 4
///     n' = clip(y + M, lowest, largest)
///
/// The gain is a controller without a division: it rises while deviations are smaller than they were. Values that hardly ever
/// changed keep the gain 1. What is learned of a class, and not of the sensor, is forgotten too where samples of one class come
/// for longer than `2^meanShift` rows: freeze then.
public struct InputAdaptation: Sendable, Hashable {
    /// M of each value.
    public let means: [Int32]
    /// D of each value.
    public let deviations: [Int32]
    /// The running mean reaches over `2^meanShift` rows.
    public let meanShift: Int
    /// How fast the gain moves, in doublings.
    public let gainShift: Int

    /// Running numbers of a value.
    struct Memory: Sendable, Hashable {
        var mean: [Int32]
        var gain: [Int32]
    }

    static let leastDeviation: Int32 = 4
    static let gains: ClosedRange<Int32> = 1024...16_383

    /// Adaptation to rows like those of some samples, `rows · values` numbers each.
    ///
    /// - Throws: ``IntegerNetworkError`` where there are none, or shifts are out of range.
    public init(
        calibratedOn samples: [[Int32]], of input: IntegerInput, meanShift: Int = 6,
        gainShift: Int = 0
    ) throws(IntegerNetworkError) {
        let width = input.rowCount, rows = samples.count * input.rows
        guard rows > 0, samples.allSatisfy({ $0.count == width * input.rows }) else {
            throw .interface(
                what: "samples of a calibration", expected: "at least one of \(width * input.rows)",
                found: "\(samples.count), of \(samples.map(\.count).min() ?? 0) or more")
        }
        func mean(_ number: (Int32, Int) -> Int64) -> [Int32] {
            var sums = [Int64](repeating: 0, count: width)
            for sample in samples {
                for (index, value) in sample.enumerated() {
                    let clipped = min(max(value, input.range.lowerBound), input.range.upperBound)
                    sums[index % width] += number(clipped, index % width)
                }
            }
            return sums.map { Int32((Double($0) / Double(rows)).rounded()) }
        }
        let means = mean { value, _ in Int64(value) }
        try self.init(
            means: means, deviations: mean { value, index in abs(Int64(value - means[index])) },
            meanShift: meanShift, gainShift: gainShift)
    }

    /// Adaptation to known means and deviations.
    ///
    /// - Throws: ``IntegerNetworkError`` where they are not as many, or shifts are out of range.
    public init(
        means: [Int32], deviations: [Int32], meanShift: Int = 6, gainShift: Int = 0
    ) throws(IntegerNetworkError) {
        guard means.count == deviations.count, deviations.allSatisfy({ $0 >= 0 }) else {
            throw .interface(
                what: "deviations of the input", expected: "\(means.count), none below 0",
                found: "\(deviations.count)")
        }
        guard (1...12).contains(meanShift), (0...6).contains(gainShift) else {
            throw .interface(
                what: "shifts of the adaptation to the input",
                expected: "1 to 12 for the mean, 0 to 6 for the gain",
                found: "\(meanShift) and \(gainShift)")
        }
        self.means = means
        self.deviations = deviations
        self.meanShift = meanShift
        self.gainShift = gainShift
    }

    /// Bytes of a running mean: two where 16 times any number fits, else four.
    func meanBytes(of range: ClosedRange<Int32>) -> Int {
        max(range.upperBound, -range.lowerBound) <= 2047 ? 2 : 4
    }

    /// Bytes of RAM.
    func bytes(of range: ClosedRange<Int32>) -> Int { means.count * (meanBytes(of: range) + 2) }

    var start: Memory {
        Memory(
            mean: means.map { 16 * $0 }, gain: [Int32](repeating: 4096, count: means.count))
    }

    /// The row as the network is shown it.
    func adapted(
        _ row: [Int32], in range: ClosedRange<Int32>, memory: inout Memory, isFrozen: Bool
    ) -> [Int32] {
        row.indices.map { index in
            let number = min(max(row[index], range.lowerBound), range.upperBound)
            if !isFrozen {
                memory.mean[index] += (16 * number - memory.mean[index]) >> Int32(meanShift)
            }
            let away = number - (memory.mean[index] >> 4)
            let shown = (away * (memory.gain[index] >> 4)) >> 8
            if !isFrozen, deviations[index] >= Self.leastDeviation {
                let gain =
                    memory.gain[index] + (deviations[index] - abs(shown)) * (1 << Int32(gainShift))
                memory.gain[index] = min(
                    max(gain, Self.gains.lowerBound), Self.gains.upperBound)
            }
            return min(max(shown + means[index], range.lowerBound), range.upperBound)
        }
    }
}
