import RanvierFormats

extension Dataset {
    /// The same samples as images `[height, width, channels]`; images stay as they are.
    ///
    /// The shape is that of the file, which vectors of images remember (``imageShape``), or the one that is given. It is never
    /// guessed: 64 values may be 8 × 8 or 4 × 16.
    ///
    /// - Parameter shape: `[height, width]` or `[height, width, channels]` of vectors of which nothing is known.
    /// - Throws: ``DataError`` where samples are sequences, where nothing says their shape, or where what is given is not
    ///   what the file says.
    public func asImages(_ shape: [Int]? = nil) throws(DataError) -> Dataset {
        let known = try sayingImages(of: shape)
        let plain = featureShape.count == 2 && timeStep == nil ? featureShape + [1] : nil
        guard let shape = known.imageShape ?? plain else {
            throw DataError(
                .invalidParameter, at: "\(name), images",
                expected: "samples whose height and width are known",
                found: timeStep == nil
                    ? "\(featureShape.count == 1 ? "vectors of \(featureCount) values" : "samples \(featureShape)")"
                    : "sequences \(featureShape)",
                advice: timeStep == nil && featureShape.count == 1
                    ? "say the shape (dataset.image-shape: [height, width] or [height, width, channels]), "
                        + "or leave out 'images' for data that are no images"
                    : "leave out 'images' for data that are no images")
        }
        return featureShape == shape ? known : try known.reshaped(to: shape)
    }

    /// The same samples, whose vectors are known to be images of a shape.
    ///
    /// - Parameter shape: `[height, width]` or `[height, width, channels]`; nil for what is known already.
    /// - Throws: ``DataError`` where the number of values is another, or the file says another shape.
    func sayingImages(of shape: [Int]?) throws(DataError) -> Dataset {
        guard let shape else { return self }
        let image = shape.count == 2 ? shape + [1] : shape
        guard image.count == 3, image.allSatisfy({ $0 > 0 }), timeStep == nil else {
            throw DataError(
                .invalidParameter, at: "\(name), image-shape",
                expected: timeStep == nil
                    ? "[height, width] or [height, width, channels]"
                    : "samples that are no sequences",
                found: timeStep == nil ? "\(shape)" : "sequences \(featureShape)",
                advice: "leave out 'image-shape' for data that are no images")
        }
        let product = image.reduce((value: 1, overflow: false)) {
            let (value, overflow) = $0.value.multipliedReportingOverflow(by: $1)
            return (value, overflow || $0.overflow)
        }
        guard !product.overflow, product.value == featureCount else {
            throw DataError(
                .invalidParameter, at: "\(name), image-shape",
                expected: "a shape of \(featureCount) values", found: "\(shape)",
                advice: "the samples have the shape \(featureShape)")
        }
        let plain = featureShape.count == 2 ? featureShape + [1] : nil
        if let known = imageShape ?? plain, known != image {
            throw DataError(
                .invalidParameter, at: "\(name), image-shape",
                expected: "\(known), as the file says", found: "\(shape)",
                advice: "leave out 'image-shape'")
        }
        return picturing(image)
    }
}
