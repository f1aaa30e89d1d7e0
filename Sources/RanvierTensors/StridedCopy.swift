/// Gathers a strided array into contiguous memory: transposes, repeats along axes.
struct StridedCopy {
    /// Axes of the result.
    var shape: [Int]
    /// For each of them, how far apart its elements lie in the source (0: repeated).
    var strides: [Int]

    /// Copies; the innermost axis runs in the inner loop, blocks of the outermost in parallel.
    func run(from source: UnsafePointer<Float>, to destination: UnsafeMutablePointer<Float>) {
        guard let inner = shape.last, let innerStride = strides.last else {
            destination.pointee = source.pointee
            return
        }
        let rows = shape.dropLast().reduce(1, *)
        guard rows * inner > 0 else { return }
        let outerShape = Array(shape.dropLast()), outerStrides = Array(strides.dropLast())
        let from = UncheckedPointer(source), to = UncheckedMutablePointer(destination)
        Parallel.forEachRange(of: rows, grain: max(1, 16384 / inner)) { range in
            for row in range {
                var rest = row
                var offset = 0
                for axis in stride(from: outerShape.count - 1, through: 0, by: -1) {
                    offset += rest % outerShape[axis] * outerStrides[axis]
                    rest /= outerShape[axis]
                }
                let read = from.pointer + offset, write = to.pointer + row * inner
                switch innerStride {
                case 0: write.update(repeating: read.pointee, count: inner)
                case 1: write.update(from: read, count: inner)
                default: for i in 0..<inner { write[i] = read[i * innerStride] }
                }
            }
        }
    }
}

/// A pointer that parts of a loop share; each reads or writes its own place.
package struct UncheckedPointer: @unchecked Sendable {
    package let pointer: UnsafePointer<Float>
    package init(_ pointer: UnsafePointer<Float>) { self.pointer = pointer }
}

/// A pointer that parts of a loop share; each writes its own place.
package struct UncheckedMutablePointer: @unchecked Sendable {
    package let pointer: UnsafeMutablePointer<Float>
    package init(_ pointer: UnsafeMutablePointer<Float>) { self.pointer = pointer }
}
