import Synchronization

/// Numbers of a dense tensor that nobody has worked out yet.
///
/// Some results are read once, by a neuron that can make them block by block in the cache from what they are
/// made of; everybody else asks for ``buffer``, and pays for it then.
package protocol DeferredNumbers: AnyObject, Sendable {
    /// The numbers in row-major order, worked out at the first call and kept.
    var buffer: FloatBuffer { get }
    /// Bytes of what they are made of.
    var storedBytes: Int { get }
}

/// Numbers that are worked out at the first call and kept.
package final class KeptNumbers: Sendable {
    private let buffer = Mutex<FloatBuffer?>(nil)

    package init() {}

    /// The numbers, from `make` where nobody has asked for them before.
    package func value(_ make: () -> FloatBuffer) -> FloatBuffer {
        buffer.withLock { buffer in
            let value = buffer ?? make()
            buffer = value
            return value
        }
    }
}

/// Deferred numbers that can be worked out part by part: a loop that reads them once never writes them to memory.
package protocol PiecewiseNumbers: DeferredNumbers {
    /// Numbers that are worked out together; parts are multiples of it.
    var unit: Int { get }
    /// Works out the numbers of a range on the calling thread.
    func write(_ range: Range<Int>, to result: UnsafeMutablePointer<Float>)
}

/// Numbers that a loop reads part by part.
struct NumberReader: Sendable {
    private enum Source: Sendable {
        case dense(FloatBuffer)
        case pieces(any PiecewiseNumbers)
    }

    private let source: Source

    init(_ tensor: Tensor) {
        source =
            (tensor.deferredNumbers as? any PiecewiseNumbers).map { .pieces($0) }
            ?? .dense(tensor.denseBuffer)
    }

    /// Numbers that belong together; parts are multiples of it.
    var unit: Int {
        if case .pieces(let numbers) = source { numbers.unit } else { 1 }
    }

    /// Whether parts are worked out when they are read, in memory of the reader.
    var needsScratch: Bool {
        if case .pieces = source { true } else { false }
    }

    /// The numbers of a range, valid as long as the reader and `scratch`, which has room for them where it is needed.
    func read(_ range: Range<Int>, scratch: UnsafeMutablePointer<Float>) -> UnsafePointer<Float> {
        switch source {
        case .dense(let buffer): return UnsafePointer(buffer.pointer + range.lowerBound)
        case .pieces(let numbers):
            numbers.write(range, to: scratch)
            return UnsafePointer(scratch)
        }
    }
}
