/// Weights as values, each after a run of 0 to 15 zeros, over all rows without a break: no row has a start.
///
/// Sixteen zeros are a run of 15 and the value 0, a filler. Zeros at the end are not stored.
public struct WeightRuns: Sendable, Hashable {
    /// Zeros before each value.
    public let runs: [UInt8]
    /// The values, fillers among them.
    public let values: [Int8]
    /// Places.
    public let count: Int

    /// The runs of a matrix.
    public init(_ matrix: CodeMatrix) {
        var runs: [UInt8] = [], values: [Int8] = [], zeros = 0
        for code in matrix.codes {
            guard code != 0 else {
                zeros += 1
                continue
            }
            while zeros >= 16 {
                runs.append(15)
                values.append(0)
                zeros -= 16
            }
            runs.append(UInt8(zeros))
            values.append(code)
            zeros = 0
        }
        self.runs = runs
        self.values = values
        count = matrix.codes.count
    }

    /// Values that are 0.
    public var fillers: Int { values.count { $0 == 0 } }

    /// Runs as nibbles, the even one low.
    public var packedRuns: [UInt8] {
        stride(from: 0, to: runs.count, by: 2).map { k in
            runs[k] | (k + 1 < runs.count ? runs[k + 1] << 4 : 0)
        }
    }

    /// The codes again.
    public var codes: [Int8] {
        var codes = [Int8](repeating: 0, count: count), place = -1
        for (run, value) in zip(runs, values) {
            place += Int(run) + 1
            codes[place] = value
        }
        return codes
    }
}
