import CRanvierKernels
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Recycles memory blocks, so that training takes no new memory from the system after its first step.
///
/// Page faults on fresh megabytes cost more than the arithmetic of a small layer. Blocks are kept by
/// size class (four classes per power of two) and given out again most recent first, while they are
/// warm in the cache.
package final class BufferPool: Sendable {
    /// The pool that every tensor uses.
    package static let shared = BufferPool()

    private struct Shelf {
        var blocks: [Int: [UnsafeMutableRawPointer]] = [:]
        var bytesHeld = 0
        var bytesInUse = 0
        var peakBytesInUse = 0
        var systemRequests = 0
    }

    // The pointers on the shelf belong to nobody else.
    private let shelf = Mutex(ShelfBox())
    private final class ShelfBox: @unchecked Sendable { var shelf = Shelf() }

    /// What the pool holds at a moment.
    package struct Usage: Sendable {
        /// Bytes handed out at this moment.
        package var bytesInUse: Int
        /// The largest value that `bytesInUse` has had.
        package var peakBytesInUse: Int
        /// Bytes that lie ready for reuse.
        package var bytesHeld: Int
        /// How often the system was asked for a block.
        package var systemRequests: Int
    }

    /// Rounds up to the size class of a request: a multiple of an eighth of its power of two.
    static func sizeClass(of bytes: Int) -> Int {
        let least = max(bytes, 256)
        let power = Int.bitWidth - 1 - least.leadingZeroBitCount
        let step = max(1 << (power - 2), 64)
        return (least + step - 1) / step * step
    }

    /// A block of at least `bytes` bytes, aligned to a cache line. Its contents are undefined.
    func take(bytes: Int) -> UnsafeMutableRawPointer {
        let size = Self.sizeClass(of: bytes)
        let recycled = shelf.withLock { box -> UnsafeMutableRawPointer? in
            box.shelf.bytesInUse += size
            box.shelf.peakBytesInUse = max(box.shelf.peakBytesInUse, box.shelf.bytesInUse)
            guard let block = box.shelf.blocks[size]?.popLast() else {
                box.shelf.systemRequests += 1
                return nil
            }
            box.shelf.bytesHeld -= size
            return block
        }
        let block =
            recycled ?? UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        // What was not asked for is out of bounds, and so is a block on the shelf.
        rnv_memory_hide(block, size)
        rnv_memory_show(block, bytes)
        return block
    }

    /// Takes back a block that `take(bytes:)` gave for the same number of bytes.
    func giveBack(_ block: UnsafeMutableRawPointer, bytes: Int) {
        let size = Self.sizeClass(of: bytes)
        nonisolated(unsafe) let block = block
        rnv_memory_hide(block, size)
        shelf.withLock { box in
            box.shelf.blocks[size, default: []].append(block)
            box.shelf.bytesHeld += size
            box.shelf.bytesInUse -= size
        }
    }

    /// Returns the blocks that lie ready to the system.
    package func trim() {
        shelf.withLock { box in
            for block in box.shelf.blocks.values.joined() { block.deallocate() }
            box.shelf.blocks = [:]
            box.shelf.bytesHeld = 0
        }
    }

    /// What the pool holds now.
    package var usage: Usage {
        shelf.withLock { box in
            Usage(
                bytesInUse: box.shelf.bytesInUse, peakBytesInUse: box.shelf.peakBytesInUse,
                bytesHeld: box.shelf.bytesHeld, systemRequests: box.shelf.systemRequests)
        }
    }
}
