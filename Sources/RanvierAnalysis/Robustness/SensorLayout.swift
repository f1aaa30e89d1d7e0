import RanvierLearning

/// How the values of a sample belong to channels (sensors, columns, colours) and rows (moments).
///
/// The last axis is that of the channels. The first axis is that of time where samples are sequences: their step is known, or
/// they have two axes (`[T, C]`) or four (`[T, H, W, C]`).
public struct SensorLayout: Sendable, Hashable {
    /// Moments of a sample; 1 where it is no sequence.
    public let rows: Int
    /// Values of a moment.
    public let valuesPerRow: Int
    /// Sensors, columns, colours.
    public let channels: Int
    /// Their names, as the data have them, or `input 1`, `input 2`, ….
    public let names: [String]

    /// The layout of the samples that a model takes.
    public init(of signature: ModelSignature) {
        self.init(
            shape: signature.inputShape,
            isSequence: signature.timeStep != nil || [2, 4].contains(signature.inputShape.count),
            names: signature.featureNames)
    }

    /// The layout of samples of a shape.
    public init(shape: [Int], isSequence: Bool, names: [String]? = nil) {
        let size = shape.reduce(1, *)
        let rows = isSequence ? max(shape.first ?? 1, 1) : 1
        self.rows = rows
        valuesPerRow = size / rows
        let channels = isSequence && shape.count == 1 ? 1 : max(shape.last ?? 1, 1)
        self.channels = channels
        let given = names.flatMap { $0.count == channels ? $0 : nil }
        self.names = given ?? (0..<channels).map { "input \($0 + 1)" }
    }

    /// Values of a sample.
    public var count: Int { rows * valuesPerRow }

    /// The channel of a value in row-major order.
    public func channel(ofValue index: Int) -> Int { index % channels }

    /// The row of a value in row-major order.
    public func row(ofValue index: Int) -> Int { index / valuesPerRow }
}
