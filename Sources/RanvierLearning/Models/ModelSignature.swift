import RanvierConfiguration
import RanvierData
import RanvierFormats

/// What goes into a model and what comes out: shape, names, scaling and time base of samples, and the task.
public struct ModelSignature: Sendable {
    /// Shape of a sample's values.
    public var inputShape: [Int]
    /// Height, width and channels of the images that samples are, also as vectors; nil where they are none or it is not known.
    public var imageShape: [Int]?
    /// Names of the values of a sample (of a step, for sequences); nil where they have none.
    public var featureNames: [String]?
    /// Seconds of a step, where samples are sequences; nil where they are not, or it is not known.
    public var timeStep: Double?
    /// How values are scaled before the model sees them; nil for as they are.
    public var scaling: Scaling?
    /// What comes out.
    public var task: any LearningTask

    /// What a model takes and gives.
    public init(
        inputShape: [Int], imageShape: [Int]? = nil, featureNames: [String]? = nil,
        timeStep: Double? = nil, scaling: Scaling? = nil, task: any LearningTask
    ) {
        self.inputShape = inputShape
        self.imageShape = imageShape
        self.featureNames = featureNames
        self.timeStep = timeStep
        self.scaling = scaling
        self.task = task
    }

    /// What a model that learns from some samples takes and gives.
    public init(of data: Dataset, task: any LearningTask) {
        self.init(
            inputShape: data.featureShape, imageShape: data.imageShape,
            featureNames: data.featureNames, timeStep: data.timeStep, scaling: data.scaling,
            task: task)
    }

    /// Classes without names, for a model that has not seen data yet.
    public init(inputShape: [Int], classes: Int) {
        self.init(
            inputShape: inputShape, task: Classification(classNames: (0..<classes).map { "\($0)" }))
    }
}

extension ModelSignature {
    /// Samples as the model takes them.
    ///
    /// Two things that are almost right are reconciled: vectors become images and images vectors where that is what the
    /// model takes (a vector of 64 values is an image of 8 × 8, unless it is known to be one of 4 × 16), and values that were not
    /// scaled are scaled.
    ///
    /// - Throws: `DataError` for another number of values, images of another height or width, other axes, other names (the
    ///   first that differs is named), another time step or another scaling.
    public func prepared(_ data: Dataset) throws(DataError) -> Dataset {
        let data = try shaped(data)
        if let own = featureNames, let found = data.featureNames, own != found {
            let place = zip(own, found).enumerated().first { $0.element.0 != $0.element.1 }?.offset
            let index = place ?? min(own.count, found.count)
            throw DataError(
                .unknownName, at: "column \(index + 1) of \(data.name)",
                expected: index < own.count ? "'\(own[index])'" : "no more columns",
                found: index < found.count ? "'\(found[index])'" : "none",
                advice: "the model takes the columns \(own.joined(separator: ", "))")
        }
        if let own = timeStep, let found = data.timeStep, abs(found / own - 1) > 1e-6 {
            throw DataError(
                .invalidParameter, at: "time step of \(data.name)",
                expected: "\(NumberText.milliseconds(own)), as in what the model learned from",
                found: NumberText.milliseconds(found),
                advice: "bin the recordings in the same steps")
        }
        if data.scaling == scaling { return data }
        guard data.scaling == nil, let scaling else {
            throw DataError(
                .invalidParameter, at: "scaling of \(data.name)",
                expected: scaling == nil ? "values as they are" : "the scaling of the model",
                found: "another scaling", advice: "hand in the values as they were measured")
        }
        return try scaling(data)
    }

    /// Samples under the model's shape.
    private func shaped(_ data: Dataset) throws(DataError) -> Dataset {
        func differ(_ expected: String, _ found: String) -> DataError {
            DataError(
                .countMismatch, at: "samples of \(data.name)",
                expected: "\(expected), as the model takes them", found: found,
                advice: "check that these are the columns or images that it learned from")
        }
        // Before the number of values: 8 × 8 and 4 × 16 are as many.
        let own = imageShape ?? (inputShape.count == 3 && timeStep == nil ? inputShape : nil)
        if let own, let found = data.imageShape, own != found {
            throw differ("images \(own)", "images \(found)")
        }
        if data.featureShape == inputShape { return data }
        let isSameNumber = data.featureCount == inputShape.reduce(1, *)
        // An axis of length 1 at the end is none.
        let axes = [data.featureShape, inputShape].map { shape in
            shape.count > 1 && shape.last == 1 ? Array(shape.dropLast()) : shape
        }
        let isVector = data.featureShape.count == 1 || inputShape.count == 1
        guard isSameNumber, isVector || axes[0] == axes[1] else {
            throw differ("values of shape \(inputShape)", "shape \(data.featureShape)")
        }
        return try data.reshaped(to: inputShape)
    }
}
