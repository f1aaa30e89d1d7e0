import RanvierConfiguration
import RanvierData

extension TrainingConfiguration {
    /// The random changes of training images that the section asks for; nil for none.
    ///
    /// - Throws: ``TrainingError/mismatch(what:expected:found:)`` where samples are no images.
    public func augmentation(of data: Dataset) throws(TrainingError) -> Augmentation? {
        let chosen = self.augmentation
        guard chosen != AugmentationChoice() else { return nil }
        let shape = try data.shiftedShape
        guard chosen.shift < Double(max(shape[0], shape[1])) else {
            throw .mismatch(
                what: "training.augmentation.shift",
                expected: "less than the images of \(shape[0]) × \(shape[1]) pixels",
                found: "\(NumberText.shortest(chosen.shift)) pixels, which move images out of sight"
            )
        }
        return Augmentation(
            imageShape: shape, shift: chosen.shift, rotation: chosen.rotation, scale: chosen.scale,
            flipsHorizontally: chosen.flips, fill: data.valueRange.lowerBound,
            levels: chosen.levels)
    }
}

extension Dataset {
    /// Height, width and channels of what is shifted: the samples, or the images of a sequence. Vectors are images
    /// where the data set says so; a square is never guessed.
    ///
    /// - Throws: ``TrainingError/mismatch(what:expected:found:)`` where samples are no images.
    package var shiftedShape: [Int] {
        get throws(TrainingError) {
            if let imageShape { return imageShape }
            switch featureShape.count {
            case 4: return Array(featureShape.suffix(3))
            case 2 where timeStep == nil: return featureShape + [1]
            case 1:
                throw .mismatch(
                    what: "training.augmentation", expected: "images",
                    found:
                        "vectors of \(featureCount) values in \(name); say their height and width "
                        + "(dataset.image-shape) if they are images")
            default:
                throw .mismatch(
                    what: "training.augmentation", expected: "images",
                    found:
                        "\(timeStep == nil ? "samples" : "sequences") of shape \(featureShape) in \(name)"
                )
            }
        }
    }
}
