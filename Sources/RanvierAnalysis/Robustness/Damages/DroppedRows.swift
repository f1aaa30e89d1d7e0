import RanvierTensors

/// Rows that did not arrive: the one before is shown again, of all channels.
public struct DroppedRows: InputDamage {
    /// `dropped rows`.
    public static let name = "dropped rows"
    /// A share of the rows.
    public let unit = "share of rows"
    /// From one in ten to half of them.
    public let sizes = [0.1, 0.3, 0.5]
    /// Time is what is hit.
    public let needsRows = true

    /// Lost rows.
    public init() {}

    /// Repeats rows; the first one always arrives.
    public func callAsFunction(
        _ sample: inout SensorSample, size: Double, from random: RandomStream
    ) {
        let width = sample.layout.valuesPerRow
        let numbers = random.uniform(count: sample.layout.rows)
        for row in 1..<max(sample.layout.rows, 1) where Double(numbers[row]) < size {
            for place in row * width..<(row + 1) * width {
                sample.values[place] = sample.values[place - width]
            }
        }
    }
}
