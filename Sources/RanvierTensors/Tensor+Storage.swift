import CRanvierKernels

/// The one place through which other files reach the memory of a tensor.
extension Tensor {
    /// A dense tensor whose numbers `fill` writes; it must write all of them.
    package init(denseShape shape: [Int], fill: (UnsafeMutableBufferPointer<Float>) -> Void) {
        let buffer = FloatBuffer(count: shape.elementCount)
        fill(UnsafeMutableBufferPointer(start: buffer.pointer, count: buffer.count))
        self.init(shape: shape, storage: .dense(buffer))
    }

    package init(shape: [Int], dense buffer: FloatBuffer) {
        precondition(buffer.count == shape.elementCount, "buffer does not fit \(shape)")
        self.init(shape: shape, storage: .dense(buffer))
    }

    package init(shape: [Int], spikes bits: SpikeBits) {
        precondition(bits.rows * bits.bitsPerRow == shape.elementCount, "bits do not fit \(shape)")
        self.init(shape: shape, storage: .spikes(bits))
    }

    /// The numbers as dense memory: as stored, or unpacked or repeated where stored otherwise.
    package var denseBuffer: FloatBuffer {
        switch storage {
        case .dense(let buffer): return buffer
        case .deferred(let numbers): return numbers.buffer
        case .constantInTime(let step):
            let buffer = FloatBuffer(count: count)
            let steps = step.count == 0 ? 0 : count / step.count
            for t in 0..<steps {
                (buffer.pointer + t * step.count).update(from: step.pointer, count: step.count)
            }
            return buffer
        case .spikes(let bits):
            let buffer = FloatBuffer(count: count)
            Parallel.forEachRange(of: bits.rows, grain: max(1, 65536 / max(bits.bitsPerRow, 1))) {
                for row in $0 {
                    rnv_spikes_unpack(
                        bits.row(row), 0, bits.bitsPerRow,
                        buffer.pointer + row * bits.bitsPerRow)
                }
            }
            return buffer
        }
    }

    /// The numbers as dense memory, valid inside `body`.
    package func withUnsafeScalars<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows
        -> R
    {
        let buffer = denseBuffer
        return try withExtendedLifetime(buffer) {
            try body(UnsafeBufferPointer(start: buffer.pointer, count: buffer.count))
        }
    }

    /// The bits of a tensor stored as spikes, else nil.
    package var spikeBits: SpikeBits? {
        if case .spikes(let bits) = storage { bits } else { nil }
    }

    /// A dense tensor whose numbers are worked out when somebody asks for them.
    package init(shape: [Int], deferred numbers: any DeferredNumbers) {
        self.init(shape: shape, storage: .deferred(numbers))
    }

    /// What the numbers are worked out from, where nobody has had to yet, else nil.
    package var deferredNumbers: (any DeferredNumbers)? {
        if case .deferred(let numbers) = storage { numbers } else { nil }
    }

    /// The single step of a tensor that is constant in time, else nil.
    package var constantStep: Tensor? {
        guard case .constantInTime(let buffer) = storage else { return nil }
        return Tensor(shape: Array(shape.dropFirst()), dense: buffer)
    }

    /// The same tensor with dense storage; its place on the tape is kept.
    public var dense: Tensor {
        if case .dense = storage { return self }
        return Tensor(shape: shape, storage: .dense(denseBuffer), node: node)
    }

    /// The same zeros and ones at one bit per element; any number but zero counts as a spike.
    public var packedAsSpikes: Tensor {
        if case .spikes = storage { return self }
        precondition(rank > 0, "a single number cannot be stored as spikes")
        let bits = SpikeBits(rows: shape[0], bitsPerRow: shape.dropFirst().reduce(1, *))
        withUnsafeScalars { scalars in
            guard let base = scalars.baseAddress else { return }
            for row in 0..<bits.rows {
                _ = rnv_spikes_pack(
                    base + row * bits.bitsPerRow, bits.bitsPerRow, bits.row(row))
            }
        }
        return Tensor(shape: shape, storage: .spikes(bits), node: node)
    }

    /// Whether every number is 0 or 1.
    package var isBinary: Bool {
        if case .spikes = storage { return true }
        return withUnsafeScalars { scalars in scalars.allSatisfy { $0 == 0 || $0 == 1 } }
    }

    /// Number of elements that are not zero; counted in the bits where the tensor holds spikes.
    public var spikeCount: Int {
        switch storage {
        case .spikes(let bits): bits.count
        case .dense, .deferred:
            withUnsafeScalars { $0.count { $0 != 0 } }
        case .constantInTime(let buffer):
            shape[0] * (0..<buffer.count).reduce(0) { $0 + (buffer.pointer[$1] != 0 ? 1 : 0) }
        }
    }
}
