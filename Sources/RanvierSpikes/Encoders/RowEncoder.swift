import RanvierTensors

/// Encodes a sequence row by row, as it comes: what a stream of rows is shown to a network through.
///
/// A value: a copy goes on from the same moment. The rows of a whole sample give the same sequence as
/// ``SpikeEncoder/encode(_:at:)`` of the sample.
public protocol RowEncoder: Sendable {
    /// Encodes the next row.
    ///
    /// - Parameter row: `[1, features…]`.
    /// - Returns: the steps of the row, `[K, 1, features…]`.
    /// - Throws: ``SpikeError`` where a value has no meaning.
    mutating func encode(_ row: Tensor) throws(SpikeError) -> Tensor
}

/// Shows rows as they are, for one step each.
struct ShownRow: RowEncoder {
    /// Whether rows of zeros and ones are stored as spikes.
    let packs: Bool

    func encode(_ row: Tensor) -> Tensor {
        let step = row.reshaped(to: [1] + row.shape)
        return packs && step.isBinary ? step.packedAsSpikes : step
    }
}
