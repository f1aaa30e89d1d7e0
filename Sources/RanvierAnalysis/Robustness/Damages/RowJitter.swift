import RanvierTensors

/// A clock that is not steady: each row is read some rows too early or too late, evenly from `−size` to `size`.
public struct RowJitter: InputDamage {
    /// `row jitter`.
    public static let name = "row jitter"
    /// Rows.
    public let unit = "rows, at most"
    /// One row to four.
    public let sizes = [1.0, 2, 4]
    /// Time is what is hit.
    public let needsRows = true

    /// An unsteady clock.
    public init() {}

    /// Reads rows at other moments; beyond the ends, the first or last one.
    public func callAsFunction(
        _ sample: inout SensorSample, size: Double, from random: RandomStream
    ) {
        let layout = sample.layout, width = layout.valuesPerRow, before = sample.values
        let numbers = random.uniform(count: layout.rows)
        let reach = Int(size.rounded())
        for row in 0..<layout.rows {
            let move = min(Int(numbers[row] * Float(2 * reach + 1)), 2 * reach) - reach
            let from = min(max(row + move, 0), layout.rows - 1)
            for place in 0..<width {
                sample.values[row * width + place] = before[from * width + place]
            }
        }
    }
}
