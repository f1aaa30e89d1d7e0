import Foundation
import RanvierFormats

extension DatasetConfiguration {
    /// Samples for training, validation and test, scaled as the configuration says.
    public struct Splits: Sendable {
        /// What the network learns from.
        public var training: Dataset
        /// What is only watched; nil for none.
        public var validation: Dataset?
        /// What the result is measured on.
        public var test: Dataset
        /// How values were scaled; nil for as they are.
        public var normalization: Normalization?
    }

    /// Reads the data.
    ///
    /// - Parameters:
    ///   - directory: where larger sets are looked for before `RANVIER_DATA`.
    ///   - folder: what relative paths in the configuration start from.
    ///   - seed: what decides which samples are held out.
    /// - Throws: `DataError` that names file, expected and found.
    public func load(
        directory: String?, folder: URL, seed: UInt64
    ) throws(DataError) -> Splits {
        var (training, test) = try readParts(directory: directory, folder: folder, seed: seed)
        if asImages { (training, test) = (try training.asImages(), try test.asImages()) }
        if let limit { training = training.prefix(limit) }
        if let eventCamera {
            training = try eventCamera.recordings(of: training)
            test = try eventCamera.recordings(of: test)
        }
        var splits = Splits(training: training, test: test)
        if validationFraction > 0 {
            let parts = try training.split(validationFraction: validationFraction, seed: seed)
            splits.training = parts.training
            splits.validation = parts.validation
        }
        if let (kind, scope) = normalizationKind {
            let normalization = try Normalization(
                fitting: splits.training, kind: kind, scope: scope)
            splits.training = try normalization(splits.training)
            splits.validation = try normalization.applied(to: splits.validation)
            splits.test = try normalization(splits.test)
            splits.normalization = normalization
        }
        return splits
    }

    private var normalizationKind: (Normalization.Kind, Normalization.Scope)? {
        switch scaling {
        case .none: nil
        case .standard: (.standard, .perFeature)
        case .standardTogether: (.standard, .global)
        case .standardPerChannel: (.standard, .perChannel)
        case .range: (.minMax, .perFeature)
        }
    }

    private func mnist(
        _ variant: MNIST.Variant, _ directory: String?
    ) throws(DataError) -> (train: Dataset, test: Dataset) {
        let set = try MNIST(
            directory: DataDirectory.locate(explicit: directory), variant: variant)
        return (set.train, set.test)
    }

    private func readParts(
        directory: String?, folder: URL, seed: UInt64
    ) throws(DataError) -> (train: Dataset, test: Dataset) {
        func url(_ role: String) -> URL {
            URL(filePath: files[role] ?? "", relativeTo: folder)
        }
        switch source {
        case .digits:
            let digits = try Digits()
            return (digits.train, digits.test)
        case .mnist: return try mnist(.mnist, directory)
        case .fashionMNIST: return try mnist(.fashion, directory)
        case .kuzushijiMNIST: return try mnist(.kuzushiji, directory)
        case .cifar10:
            let set = try CIFAR10(directory: DataDirectory.locate(explicit: directory))
            return (set.train, set.test)
        case .cifar100:
            let set = try CIFAR100(directory: DataDirectory.locate(explicit: directory))
            return (set.train, set.test)
        case .yinYang:
            let set = try YinYang()
            return (set.train, set.test)
        case .fsdd:
            let set = try FSDD(
                directory: DataDirectory.locate(explicit: directory), steps: steps.count,
                timeStep: steps.length)
            return (set.train, set.test)
        case .nMNIST:
            let set = try NMNIST(
                directory: DataDirectory.locate(explicit: directory), steps: steps.count,
                timeStep: steps.length, slicing: slicing, samplesPerClass: samplesPerClass)
            return (set.train, set.test)
        case .idx:
            let train = try Dataset(
                idxImages: url("train-images"), labels: url("train-labels"), name: "training images"
            )
            let test = try Dataset(
                idxImages: url("test-images"), labels: url("test-labels"), name: "test images",
                classNames: train.classNames)
            return (train, test)
        case .csv:
            let format = CSVFormat(separator: separator)
            let train = try Dataset(
                csv: url("train"), label: .named(labelColumn), format: format)
            if files["test"] != nil {
                let test = try Dataset(
                    csv: url("test"), label: .named(labelColumn), format: format,
                    classNames: train.classNames)
                return (train, test)
            }
            let parts = try train.split(validationFraction: testFraction, seed: seed)
            return (parts.training, parts.validation)
        }
    }
}

extension Normalization {
    fileprivate func applied(to dataset: Dataset?) throws(DataError) -> Dataset? {
        guard let dataset else { return nil }
        return try self(dataset)
    }
}
