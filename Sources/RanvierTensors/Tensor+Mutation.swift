extension Tensor {
    /// Changes the numbers in place where nobody else holds them, else in a copy; the result is dense and
    /// cut off from the tape.
    ///
    /// For optimisers, whose weights would otherwise move to new memory at every step.
    package mutating func mutateScalars(_ body: (FloatBuffer) -> Void) {
        let shape = shape
        var buffer = denseBuffer
        self = Self.placeholder
        if !isKnownUniquelyReferenced(&buffer) {
            let copy = FloatBuffer(count: buffer.count)
            copy.pointer.update(from: buffer.pointer, count: buffer.count)
            buffer = copy
        }
        body(buffer)
        buffer.forgetList()
        self = Tensor(shape: shape, dense: buffer)
    }

    private static let placeholder = Tensor(0)
}
