/// Sums over consecutive cells, about the first of them so that a large offset cancels nothing.
struct Moments {
    var count = 0
    var minimum = Double.infinity, maximum = -Double.infinity
    private(set) var first = 0.0, last = 0.0
    private var sum = 0.0, squares = 0.0
    private(set) var isIncreasing = true, isRowNumber = true

    @inline(__always)
    mutating func add(_ value: Double) {
        if count == 0 {
            first = value
        } else {
            if !(value > last) { isIncreasing = false }
            if value != last + 1 { isRowNumber = false }
        }
        count += 1
        last = value
        let difference = value - first
        sum += difference
        squares += difference * difference
        if value < minimum { minimum = value }
        if value > maximum { maximum = value }
    }

    /// Mean less the first value, and the sum of squared differences from the mean.
    var centred: (shift: Double, squares: Double) {
        guard count > 0 else { return (0, 0) }
        let shift = sum / Double(count)
        return (shift, max(squares - sum * shift, 0))
    }
}

/// Moments of all blocks, joined in their order; sums are about the first value of all.
struct JoinedMoments {
    private(set) var count = 0
    private(set) var minimum = Double.infinity, maximum = -Double.infinity
    private var first = 0.0, last = 0.0
    private var shift = 0.0, squares = 0.0
    private(set) var isIncreasing = true, isRowNumber = true

    /// Mean; NaN without values.
    var mean: Double { count > 0 ? first + shift : .nan }
    /// Standard deviation of the population; NaN without values.
    var deviation: Double { count > 0 ? (squares / Double(count)).squareRoot() : .nan }

    /// Source: Chan, Golub & LeVeque 1983.
    mutating func join(_ block: Moments) {
        guard block.count > 0 else { return }
        if count == 0 {
            first = block.first
        } else {
            if !(block.first > last) { isIncreasing = false }
            if block.first != last + 1 { isRowNumber = false }
        }
        isIncreasing = isIncreasing && block.isIncreasing
        isRowNumber = isRowNumber && block.isRowNumber
        last = block.last
        minimum = min(minimum, block.minimum)
        maximum = max(maximum, block.maximum)
        let (blockShift, blockSquares) = block.centred
        let difference = block.first - first + blockShift - shift
        let share = Double(block.count) / Double(count + block.count)
        squares += blockSquares + difference * difference * share * Double(count)
        shift += difference * share
        count += block.count
    }
}

/// What the cells of a column in one block are.
struct ColumnCounts {
    /// A cell that is not what others are.
    struct Odd {
        let line: Int
        let cell: [UInt8]
    }

    var numbers = Moments(), times = Moments()
    var missing = 0, texts = 0
    var isWhole = true
    var firstMissingLine: Int?
    var nonNumber: Odd?, nonTime: Odd?
    var largestFirst = 0, largestSecond = 0

    @inline(__always)
    mutating func add(_ value: Double) {
        numbers.add(value)
        // Doubles from 2^53 on have no fraction.
        if isWhole, abs(value) < 0x1p53, Double(Int64(value)) != value { isWhole = false }
    }

    mutating func addMissing(line: Int) {
        missing += 1
        if firstMissingLine == nil { firstMissingLine = line }
    }

    @inline(__always)
    mutating func noteNonNumber(line: Int, _ cell: UnsafePointer<UInt8>, _ length: Int) {
        if nonNumber == nil { nonNumber = Odd(line: line, cell, length) }
    }

    @inline(__always)
    mutating func noteNonTime(line: Int, _ cell: UnsafePointer<UInt8>, _ length: Int) {
        if nonTime == nil { nonTime = Odd(line: line, cell, length) }
    }
}

extension ColumnCounts.Odd {
    /// A copy of the cell, cut where it is long.
    init(line: Int, _ cell: UnsafePointer<UInt8>, _ length: Int) {
        self.init(
            line: line, cell: Array(UnsafeBufferPointer(start: cell, count: min(length, 400))))
    }
}
