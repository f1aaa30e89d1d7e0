import RanvierConfiguration
import RanvierFormats

extension Dataset {
    /// Checks that samples look like those of another part of the same data: shape, images, length of a step.
    ///
    /// - Throws: ``DataError`` that names both parts.
    package func requireShape(of training: Dataset) throws(DataError) {
        func differ(_ what: String, _ expected: String, _ found: String) -> DataError {
            DataError(
                .countMismatch, at: "\(what) of \(name)",
                expected: "\(expected), as in \(training.name)",
                found: found, advice: "check that the files belong to one data set")
        }
        if let expected = training.imageShape, let found = imageShape, expected != found {
            throw differ("images", "images \(expected)", "images \(found)")
        }
        guard featureShape == training.featureShape else {
            throw differ("samples", "shape \(training.featureShape)", "shape \(featureShape)")
        }
        if let expected = training.timeStep, let found = timeStep, abs(found / expected - 1) > 1e-6
        {
            throw differ(
                "time step", NumberText.milliseconds(expected), NumberText.milliseconds(found))
        }
    }
}
