extension ReferenceValue {
    /// The numbers of a plain or nested list, or of an array, in row-major order.
    var flat: [Double] { get throws { try array.data } }

    /// The same in single precision.
    var flatFloats: [Float] { get throws { try flat.map { Float($0) } } }
}

extension ReferenceValue {
    /// The rows of a nested list.
    var rows: [[Double]] { get throws { try items.map { try $0.numbers } } }
}
