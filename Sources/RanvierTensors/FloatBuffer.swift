import CRanvierKernels
import Synchronization

/// Float32 memory of a tensor, taken from the pool and given back when the last tensor lets go.
///
/// Written by the operation that makes it and never again, which is what makes sharing it safe.
package final class FloatBuffer: @unchecked Sendable {
    package let pointer: UnsafeMutablePointer<Float>
    package let count: Int
    private let meter: MemoryMeter?
    /// What the operation that wrote the numbers has found out about them on the way.
    package internal(set) var channelMoments: ChannelMoments?

    /// The weights that a mask leaves, where all other numbers are known to be zero.
    var maskedBy: LivingWeights?
    /// The numbers that are not zero, row by row, where somebody has asked for them.
    private let rows = Mutex<ListedWeights?>(nil)

    /// The list of numbers, made once.
    func listed(_ make: () -> ListedWeights) -> ListedWeights? {
        rows.withLock { rows in
            if rows == nil { rows = make() }
            return rows
        }
    }

    /// To be called where the numbers have changed.
    func forgetList() {
        rows.withLock { $0 = nil }
        maskedBy = nil
    }

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

/// Means and sums of squared deviations of the channels, which lie last, over groups of rows.
package final class ChannelMoments: @unchecked Sendable {
    /// Rows in a group.
    package let rows: Int
    package let channels: Int
    /// `[groups, channels]`, valid as long as this.
    package let mean: UnsafeMutablePointer<Double>
    /// `[groups, channels]`, valid as long as this.
    package let squares: UnsafeMutablePointer<Double>

    /// Memory for the moments of groups, undefined until written.
    package init(groups: Int, rows: Int, channels: Int) {
        self.rows = rows
        self.channels = channels
        mean = .allocate(capacity: max(groups * channels, 1))
        squares = .allocate(capacity: max(groups * channels, 1))
    }

    deinit {
        mean.deallocate()
        squares.deallocate()
    }

    /// Takes the moments of a group, whose numbers begin at `x`.
    package func measure(_ x: UnsafePointer<Float>, group: Int, rows count: Int) {
        rnv_channel_moments(
            x, count, channels, mean + group * channels, squares + group * channels)
    }
}
