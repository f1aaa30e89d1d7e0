import RanvierData
import RanvierFormats
import RanvierSpikes

/// The samples of a representation study: as they are, and standardised.
struct StudyData {
    /// Data sets that studies know.
    enum Name: String, Codable, Sendable, CaseIterable {
        /// 8 × 8 digits, which ship with the package.
        case digits
        /// Colour images of 32 × 32.
        case cifar10, cifar100
        /// Digits and CIFAR-10 seen by a simulated event camera in three saccades.
        case eventDigits = "event-digits"
        case eventCIFAR10 = "event-cifar10"

        /// Pixels along a side.
        var side: Int {
            switch self {
            case .digits, .eventDigits: 8
            case .cifar10, .cifar100, .eventCIFAR10: 32
            }
        }

        /// Whether samples are sequences already.
        var isRecorded: Bool { self == .eventDigits || self == .eventCIFAR10 }
    }

    /// Training and test samples in 0…1, or event counts `[T, H, W, 2]`.
    let plain: (train: Dataset, test: Dataset)
    /// The same with mean 0 and deviation 1 in each channel of the training samples; of events, the mean frame.
    let standardized: (train: Dataset, test: Dataset)
    /// What standardised them.
    let scaling: Scaling

    /// Reads a data set.
    ///
    /// - Parameter steps: frames of event recordings.
    /// - Throws: `DataError`.
    init(_ name: Name, trainingSamples: Int, steps: Int, directory: String?) throws {
        var plain: (train: Dataset, test: Dataset)
        var images: (train: Dataset, test: Dataset)
        switch name {
        case .digits, .eventDigits:
            let digits = try Digits(asImages: true)
            plain = (digits.train, digits.test)
        case .cifar10, .eventCIFAR10:
            let all = try CIFAR10(directory: DataDirectory.locate(explicit: directory))
            plain = (all.train, all.test)
        case .cifar100:
            let all = try CIFAR100(directory: DataDirectory.locate(explicit: directory))
            plain = (all.train, all.test)
        }
        if trainingSamples > 0 { plain.train = plain.train.prefix(trainingSamples) }
        images = plain
        if name.isRecorded {
            let camera = EventCamera()
            plain = (
                try Dataset(plain.train, seenBy: camera, steps: steps),
                try Dataset(plain.test, seenBy: camera, steps: steps)
            )
            images = (try plain.train.meanOverSteps(), try plain.test.meanOverSteps())
        }
        self.plain = plain
        scaling = try Scaling(
            fitting: images.train, kind: .standard, scope: .perChannel)
        standardized = (try scaling(images.train), try scaling(images.test))
    }

    /// The samples as a network takes them.
    func samples(for network: StudyNetwork) -> (train: Dataset, test: Dataset) {
        network.isStandardized ? standardized : plain
    }
}

extension Dataset {
    /// The mean frame of sequences `[T, H, W, C]`.
    func meanOverSteps() throws(DataError) -> Dataset {
        let shape = featureShape, size = shape.dropFirst().reduce(1, *)
        var means = [Float](repeating: 0, count: count * size)
        for sample in 0..<count {
            for (position, value) in values(ofSample: sample).enumerated() {
                means[sample * size + position % size] += value / Float(shape[0])
            }
        }
        return try replacingValues(means, featureShape: Array(shape.dropFirst()))
    }
}
