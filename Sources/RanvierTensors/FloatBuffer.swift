/// Float32 memory of a tensor, taken from the pool and given back when the last tensor lets go.
///
/// Written by the operation that makes it and never again, which is what makes sharing it safe.
package final class FloatBuffer: @unchecked Sendable {
    package let pointer: UnsafeMutablePointer<Float>
    package let count: Int
    private let meter: MemoryMeter?

    /// Memory for `count` numbers, undefined until written.
    package init(count: Int) {
        self.count = count
        meter = MemoryMeter.current
        meter?.add(BufferPool.sizeClass(of: count * MemoryLayout<Float>.stride))
        pointer = BufferPool.shared.take(bytes: count * MemoryLayout<Float>.stride)
            .assumingMemoryBound(to: Float.self)
    }

    deinit {
        meter?.remove(BufferPool.sizeClass(of: count * MemoryLayout<Float>.stride))
        BufferPool.shared.giveBack(pointer, bytes: count * MemoryLayout<Float>.stride)
    }
}
