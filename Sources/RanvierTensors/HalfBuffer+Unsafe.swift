/// Memory for bfloat16 numbers.
package struct HalfBuffer: Sendable {
    private let buffer: FloatBuffer

    init(count: Int) { buffer = FloatBuffer(count: (count + 1) / 2) }

    /// Valid as long as the memory.
    package var pointer: UnsafeMutablePointer<UInt16> {
        UnsafeMutableRawPointer(buffer.pointer).assumingMemoryBound(to: UInt16.self)
    }
}
