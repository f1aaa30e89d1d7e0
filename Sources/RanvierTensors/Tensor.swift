/// An immutable array of Float32 numbers that knows what kind of thing it holds.
///
/// Axes are in row-major order, the last one contiguous. A sequence has time first: `[T, B, …]`.
/// Operations choose their kernel by ``storageKind``: a product with spikes adds rows of the weights
/// and multiplies nothing; a product with a constant sequence is done once and not T times.
///
/// A tensor that takes part in differentiation carries its place on the tape; see ``tracked(as:)`` and
/// ``gradients(for:)``.
///
/// Operations on tensors whose shapes do not fit are programming errors and stop the program; layers
/// and configurations check shapes beforehand and throw errors that name the layer.
public struct Tensor: Sendable {
    /// Length of each axis; empty for a single number.
    public let shape: [Int]
    package let storage: TensorStorage
    package let node: TapeNode?

    package init(shape: [Int], storage: TensorStorage, node: TapeNode? = nil) {
        self.shape = shape
        self.storage = storage
        self.node = node
    }

    /// A dense tensor with the given numbers in row-major order.
    public init(_ scalars: [Float], shape: [Int]) {
        precondition(
            scalars.count == shape.elementCount,
            "\(scalars.count) numbers do not fill the shape \(shape)")
        self.init(denseShape: shape) { destination in
            _ = destination.update(fromContentsOf: scalars)
        }
    }

    /// A single number.
    public init(_ scalar: Float) {
        self.init([scalar], shape: [])
    }

    /// A dense tensor filled with one number.
    public init(repeating value: Float, shape: [Int]) {
        self.init(denseShape: shape) { $0.update(repeating: value) }
    }

    /// Zeros.
    public static func zeros(_ shape: [Int]) -> Tensor { Tensor(repeating: 0, shape: shape) }

    /// Ones.
    public static func ones(_ shape: [Int]) -> Tensor { Tensor(repeating: 1, shape: shape) }

    /// Spikes at one bit per element: set where `scalars` is not zero.
    public init(spikes scalars: [Float], shape: [Int]) {
        self = Tensor(scalars, shape: shape).packedAsSpikes
    }

    /// A sequence `[steps, …]` that holds the same tensor at every step, stored once.
    public init(constantInTime step: Tensor, steps: Int) {
        precondition(steps > 0, "a sequence needs at least one step, not \(steps)")
        self.init(
            shape: [steps] + step.shape,
            storage: .constantInTime(step.detached.denseBuffer))
    }

    /// Number of axes.
    public var rank: Int { shape.count }

    /// Number of elements.
    public var count: Int { shape.elementCount }

    /// How the elements are stored.
    public var storageKind: StorageKind {
        switch storage {
        case .dense, .deferred: .dense
        case .spikes: .spikes
        case .constantInTime: .constantInTime
        }
    }

    /// All numbers in row-major order.
    public var scalars: [Float] {
        let buffer = denseBuffer
        return Array(UnsafeBufferPointer(start: buffer.pointer, count: buffer.count))
    }

    /// The only number of a tensor with one element.
    public var scalar: Float {
        precondition(count == 1, "a tensor of shape \(shape) is not a single number")
        return denseBuffer.pointer[0]
    }

    /// The number at a position, one index per axis.
    public subscript(at indices: Int...) -> Float {
        precondition(indices.count == rank, "\(rank) indices are needed, not \(indices.count)")
        var offset = 0
        for (index, length) in zip(indices, shape) {
            precondition(index >= 0 && index < length, "index \(indices) outside \(shape)")
            offset = offset * length + index
        }
        switch storage {
        case .dense(let buffer): return buffer.pointer[offset]
        case .spikes(let bits):
            return bits[row: offset / bits.bitsPerRow, index: offset % bits.bitsPerRow] ? 1 : 0
        case .constantInTime(let buffer): return buffer.pointer[offset % buffer.count]
        case .deferred(let numbers): return numbers.buffer.pointer[offset]
        }
    }

    /// Bytes that the elements occupy as stored.
    public var storedBytes: Int {
        switch storage {
        case .dense(let buffer), .constantInTime(let buffer): buffer.count * 4
        case .spikes(let bits): bits.rows * bits.wordsPerRow * 8
        case .deferred(let numbers): numbers.storedBytes
        }
    }
}

extension [Int] {
    /// Number of elements of a tensor with these axes; the largest integer where they are more than that.
    public var elementCount: Int {
        reduce(1) { product, extent in
            let (next, isTooLarge) = product.multipliedReportingOverflow(by: extent)
            return isTooLarge ? .max : next
        }
    }
}

// MARK: - Text

extension Tensor: CustomStringConvertible {
    /// Shape, storage and the first numbers.
    public var description: String {
        let first = scalars.prefix(8).map { "\($0)" }.joined(separator: ", ")
        return "Tensor(shape: \(shape), \(storageKind), [\(first)\(count > 8 ? ", …" : "")])"
    }
}
