import RanvierFormats

extension Dataset {
    /// The same samples as images `[side, side, 1]`, where they are vectors of a square number of values;
    /// images stay as they are.
    ///
    /// - Throws: ``DataError`` where the samples are no square images.
    public func asImages() throws(DataError) -> Dataset {
        if featureShape.count == 3 { return self }
        if featureShape.count == 2 { return try reshaped(to: featureShape + [1]) }
        let side = Int(Double(featureCount).squareRoot().rounded())
        guard side * side == featureCount else {
            throw DataError(
                .invalidParameter, at: "\(name), images", expected: "a square number of values",
                found: "\(featureCount)", advice: "leave out 'images' for data that are no images")
        }
        return try reshaped(to: [side, side, 1])
    }
}
