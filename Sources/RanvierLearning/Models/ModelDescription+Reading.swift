import Foundation
import RanvierConfiguration
import RanvierData
import RanvierFormats
import RanvierNetworks
import RanvierTensors

extension ModelDescription {
    private struct Version: Decodable {
        let format: Int?
        let version: String?
    }

    /// Reads `model.json`.
    ///
    /// - Parameter warning: hears that the file has no checksum; standard error, if left out.
    /// - Throws: ``ModelFileError`` for a file of another version, one that has changed since it was written, or that is none.
    public init(
        contentsOf file: URL, warning: StoredFileWarning = StoredFileWarnings.standardError
    ) throws(ModelFileError) {
        let path = file.relativePath
        func broken(_ found: String) -> ModelFileError {
            ModelFileError(
                file: path,
                reason: "expected the description of a model as JSON, found \(found); "
                    + "train again with `ranvier run CONFIG --overwrite`")
        }
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw ModelFileError(
                file: path,
                reason: "not there: the run has not finished; go on with "
                    + "`ranvier run CONFIG --resume`")
        }
        let data: Data
        do throws(StoredFileError) {
            data = try StoredJSON.content(storedIn: file, warning: warning)
        } catch {
            throw ModelFileError(file: path, reason: error.reason)
        }
        let version: Version
        do {
            version = try StoredJSON.value(from: data)
        } catch {
            throw broken("something else (\(StoredJSON.problem(error)))")
        }
        guard version.format == Self.currentFormat else {
            let found = version.version.map { "version \($0)" } ?? "no version"
            let isNewer = (version.format ?? 0) > Self.currentFormat
            throw ModelFileError(
                file: path,
                reason:
                    "expected a model of format \(Self.currentFormat), found one of \(found) with "
                    + "format \(version.format.map(String.init) ?? "1"); "
                    + (isNewer
                        ? "use a later version of ranvier"
                        : "make it anew with `ranvier run config.yaml --overwrite` "
                            + "from the run's own configuration"))
        }
        do {
            self = try StoredJSON.value(from: data)
        } catch {
            throw broken("another: \(StoredJSON.problem(error))")
        }
    }
}

// MARK: - What can be

extension ModelDescription {
    /// Most values of a sample, and the largest whole number among a network's options: what follows can be multiplied.
    static let largestNumber = Int(Int32.max)
    /// Most axes of a sample.
    private static let mostAxes = 8

    /// Checks all numbers that later are indices, divisors or sizes, before anything is made of them.
    ///
    /// - Throws: ``ModelFileError`` that names the key.
    package func requirePossible(at place: String) throws(ModelFileError) {
        func require(
            _ isPossible: Bool, _ key: String, _ expected: String, _ found: String
        ) throws(ModelFileError) {
            guard !isPossible else { return }
            throw ModelFileError(
                file: place, reason: "'\(key)': expected \(expected), found \(found)")
        }
        func areExtents(_ shape: [Int], axes: ClosedRange<Int>) -> Bool {
            axes.contains(shape.count) && shape.allSatisfy { $0 >= 1 }
                && shape.elementCount <= Self.largestNumber
        }
        try require(
            areExtents(inputShape, axes: 1...Self.mostAxes), "inputShape",
            "1 to \(Self.mostAxes) axes of at least 1, at most \(Self.largestNumber) values in all",
            "\(inputShape)")
        let (values, channels) = (inputShape.elementCount, inputShape.last ?? 1)
        if let imageShape {
            let sizes = [values, values / inputShape[0]]
            try require(
                areExtents(imageShape, axes: 2...3) && sizes.contains(imageShape.elementCount),
                "imageShape", "height, width and channels of \(values) values", "\(imageShape)")
        }
        if let featureNames {
            try require(
                [values, channels].contains(featureNames.count), "featureNames",
                "\(channels) names", "\(featureNames.count)")
        }
        if let timeStep {
            try require(
                timeStep.isFinite && timeStep > 0, "timeStep", "a number above 0", "\(timeStep)")
        }
        try require(
            duration.isFinite && duration > 0, "duration", "a number above 0", "\(duration)")
        try require(
            outputNames.count >= 1, "outputNames", "at least one name", "none")
        if let scaling {
            try require(
                scaling.fits(inputShape), "scaling",
                "one of samples of shape \(inputShape), finite",
                "one of shape \(scaling.featureShape) with \(scaling.offset.count) and "
                    + "\(scaling.scale.count) numbers")
        }
        for (key, value) in [
            ("network", network.content), ("encoder", encoder.options), ("readout", readout),
            ("task", task.options),
        ] {
            for leaf in value.leaves {
                let key = leaf.path.isEmpty ? key : "\(key).\(leaf.path)"
                let numbers = if case .list(let list) = leaf.value { list } else { [leaf.value] }
                for number in numbers {
                    switch number {
                    case .integer(let number):
                        try require(
                            number.magnitude <= Self.largestNumber, key,
                            "a whole number of at most \(Self.largestNumber)", "\(number)")
                    case .float(let number):
                        try require(number.isFinite, key, "a finite number", "\(number)")
                    case .null, .boolean, .string, .list, .section: break
                    }
                }
            }
        }
    }

    /// Holds what only readers look at against the model that came of the rest.
    ///
    /// - Throws: ``ModelFileError`` that names the key.
    func requireAgreement(
        with model: any SpikingModel, at place: String
    ) throws(ModelFileError) {
        func require<Part: Equatable>(
            _ key: String, _ stated: Part, _ made: Part
        ) throws(ModelFileError) {
            guard stated != made else { return }
            throw ModelFileError(
                file: place,
                reason: "'\(key)': expected \(made), as the rest of the file says, found \(stated)")
        }
        try require("outputNames", outputNames, model.signature.task.outputNames)
        try require("duration", duration, model.duration)
        try require("presentation", presentation, model.presentation)
        try require("model", self.model, model.family)
        let shapes = model.parameters.mapValues(\.shape)
        do throws(TrainingStateError) {
            try TrainingStateError.require(parameters, as: shapes, what: "parameter")
        } catch {
            throw ModelFileError(
                file: place,
                reason: "'parameters': expected \(error.expected), as the network has it, found "
                    + error.found)
        }
    }
}

extension Scaling {
    /// Whether the numbers are those of samples of a shape, and can be divided by.
    fileprivate func fits(_ shape: [Int]) -> Bool {
        let count =
            switch scope {
            case .global: 1
            case .perChannel: shape.last ?? 1
            case .perFeature: shape.elementCount
            }
        return featureShape == shape && offset.count == count && scale.count == count
            && scale.allSatisfy { $0 > 0 && $0.isFinite } && offset.allSatisfy(\.isFinite)
            && substitutes.map { $0.count == count && $0.allSatisfy(\.isFinite) } ?? true
    }
}
