import RanvierData

extension TrainingConfiguration {
    /// The random changes of training images that the section asks for; nil for none.
    ///
    /// - Throws: ``TrainingError/mismatch(what:expected:found:)`` where samples are no images.
    public func augmentation(of data: Dataset) throws(TrainingError) -> Augmentation? {
        guard shift > 0 || flips else { return nil }
        let shape = try data.imageShape
        guard shift < max(shape[0], shape[1]) else {
            throw .mismatch(
                what: "training.augmentation.shift",
                expected: "less than the images of \(shape[0]) × \(shape[1]) pixels",
                found: "\(shift) pixels, which move images out of sight")
        }
        return Augmentation(
            imageShape: shape, shift: shift, flipsHorizontally: flips,
            fill: data.valueRange.lowerBound)
    }
}

extension Dataset {
    /// Height, width and channels of the samples, or of the images of a sequence; a vector of a square number of values is a
    /// square.
    ///
    /// - Throws: ``TrainingError/mismatch(what:expected:found:)`` where samples are no images.
    package var imageShape: [Int] {
        get throws(TrainingError) {
            let side = Int(Double(featureCount).squareRoot().rounded())
            let images = featureShape.count == 4 ? featureShape[0] : 1
            let image = featureShape.count == 1 ? [side, side] : Array(featureShape.suffix(3))
            guard image.count >= 2, image.reduce(images, *) == featureCount else {
                throw .mismatch(
                    what: "training.augmentation", expected: "images",
                    found: "samples of shape \(featureShape)")
            }
            return image.count == 2 ? image + [1] : image
        }
    }
}
