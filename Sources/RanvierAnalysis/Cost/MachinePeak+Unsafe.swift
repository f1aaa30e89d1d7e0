import Foundation
import RanvierTensors

extension MachinePeak {
    /// Bytes read and written per second by all threads together, copying memory that no cache holds.
    ///
    /// The best of several tries.
    public static var copiedBytesPerSecond: Double {
        let bytes = 256 << 20, parts = Parallel.threads
        let buffers = CopyBuffers(bytes: bytes)
        defer { buffers.deallocate() }
        var best = Double.infinity
        for _ in 0..<6 {
            let start = ContinuousClock.now
            Parallel.forEach(parts: parts) { part in
                buffers.copy(bytes / parts * part, count: bytes / parts)
            }
            best = min(best, (ContinuousClock.now - start) / .seconds(1))
        }
        return 2 * Double(bytes) / best
    }
}

/// Two pieces of memory of the same size; parts of them are copied by different threads.
private struct CopyBuffers: @unchecked Sendable {
    private let source, target: UnsafeMutableRawPointer

    init(bytes: Int) {
        source = .allocate(byteCount: bytes, alignment: 64)
        target = .allocate(byteCount: bytes, alignment: 64)
        source.initializeMemory(as: UInt8.self, repeating: 1, count: bytes)
        target.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    }

    func copy(_ offset: Int, count: Int) {
        target.advanced(by: offset).copyMemory(from: source.advanced(by: offset), byteCount: count)
    }

    func deallocate() {
        source.deallocate()
        target.deallocate()
    }
}
