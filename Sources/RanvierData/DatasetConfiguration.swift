import Foundation
import RanvierConfiguration
import RanvierSpikes

/// Which data a run learns from.
public struct DatasetConfiguration: Sendable {
    /// The sources that a configuration can name.
    public enum Source: String, Sendable, CaseIterable {
        /// Ships with the package.
        case digits
        /// The four IDX files of MNIST in the data directory.
        case mnist
        /// The four IDX files of Fashion-MNIST in the data directory.
        case fashionMNIST = "fashion-mnist"
        /// The four IDX files of Kuzushiji-MNIST in the data directory.
        case kuzushijiMNIST = "kmnist"
        /// The binary files of CIFAR-10 in the data directory.
        case cifar10
        /// The binary files of CIFAR-100 in the data directory, with its fine classes.
        case cifar100
        /// Generated points in a disc; nothing is read.
        case yinYang = "yin-yang"
        /// Spoken digits in the data directory, as spikes of a cochlea.
        case fsdd
        /// Digits seen by an event camera, in the data directory.
        case nMNIST = "n-mnist"
        /// Image and label files in the IDX format.
        case idx
        /// Tables with a label column.
        case csv
    }

    /// How values are scaled, fitted on the training samples.
    public enum Scaling: String, Sendable, CaseIterable {
        /// As the data set gives them: images in 0…1.
        case none
        /// Each feature to mean 0 and standard deviation 1.
        case standard
        /// All features together to mean 0 and standard deviation 1.
        case standardTogether = "standard-together"
        /// Each channel (the last axis: colours, sensors) to mean 0 and standard deviation 1.
        case standardPerChannel = "standard-per-channel"
        /// Each feature to 0…1.
        case range
    }

    /// The source.
    public let source: Source
    /// Files by role, for `idx` and `csv`.
    public let files: [String: String]
    /// The label column of `csv`.
    public let labelColumn: String
    /// The separator of `csv`.
    public let separator: Character
    /// Steps of a sample and their length in seconds, for `fsdd` and `n-mnist`.
    public let steps: (count: Int, length: Double)
    /// How recordings are cut into frames of event counts instead of steps of fixed length, for `n-mnist`.
    public let slicing: EventStream.Slicing?
    /// Most recordings of each class and part, for `n-mnist`.
    public let samplesPerClass: Int
    /// The camera that looks at the images, for sources of images; nil for none.
    public let eventCamera: EventCameraConfiguration?
    /// How values are scaled.
    public let scaling: Scaling
    /// Share of the training samples that is held out for validation.
    public let validationFraction: Double
    /// Share of the samples that is held out for the test, where a source has no test files.
    public let testFraction: Double
    /// Whether vectors of a square number of values become images, for convolutions.
    public let asImages: Bool
    /// Most training samples used; nil for all.
    public let limit: Int?

    package init(_ section: ConfigurationSection) throws(ConfigurationError) {
        source = try section.choice("name", default: .digits)
        var files: [String: String] = [:]
        var column = "label", separator = ",", testFraction = 0.2
        var steps = (count: 1, length: 1.0), samplesPerClass = Int.max
        var slicing: EventStream.Slicing?
        var camera: EventCameraConfiguration?
        switch source {
        case .digits, .mnist, .fashionMNIST, .kuzushijiMNIST, .cifar10, .cifar100, .idx, .csv:
            camera = try section.optionalSection("event-camera").map(
                EventCameraConfiguration.init)
        case .yinYang, .fsdd, .nMNIST: break
        }
        eventCamera = camera
        switch source {
        case .digits, .mnist, .fashionMNIST, .kuzushijiMNIST, .cifar10, .cifar100, .yinYang: break
        case .fsdd:
            steps = try Self.steps(section, default: (100, 6e-3))
        case .nMNIST:
            steps = try Self.steps(section, default: (30, 10e-3))
            let word = try section.choice(
                "frames", of: ["none"] + EventStream.Slicing.allCases.map(\.rawValue),
                default: "none")
            slicing = EventStream.Slicing(rawValue: word)
            samplesPerClass =
                try section.optionalInteger("samples-per-class", in: 1...) ?? samplesPerClass
        case .idx:
            for key in ["train-images", "train-labels", "test-images", "test-labels"] {
                files[key] = try section.string(key)
            }
        case .csv:
            files["train"] = try section.string("train")
            files["test"] = try section.optionalString("test")
            column = try section.string("label-column", default: "label")
            separator = try section.string("separator", default: ",")
            testFraction = try section.float("test-fraction", default: 0.2, in: 0.01...0.9)
        }
        guard let character = separator.first, separator.count == 1 else {
            throw section.wrong("separator", expected: "one character", found: "'\(separator)'")
        }
        self.files = files
        self.steps = steps
        self.slicing = slicing
        self.samplesPerClass = samplesPerClass
        labelColumn = column
        self.separator = character
        self.testFraction = testFraction
        scaling = try section.choice("scaling", default: Scaling.none)
        validationFraction = try section.float("validation-fraction", default: 0, in: 0...0.9)
        let isImage = try section.boolean("images", default: camera != nil)
        guard isImage || camera == nil else {
            throw section.invalid("images", "an event camera looks at images; leave the key out")
        }
        asImages = isImage
        limit = try section.optionalInteger("limit", in: 1...)
    }

    private static func steps(
        _ section: ConfigurationSection, default standard: (count: Int, length: Double)
    ) throws(ConfigurationError) -> (count: Int, length: Double) {
        (
            try section.integer("steps", default: standard.count, in: 1...),
            try section.float("time-step", default: standard.length, in: .positive)
        )
    }
}
