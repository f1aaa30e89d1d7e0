import RanvierConfiguration
import RanvierFormats
import RanvierSpikes

/// `digits`: ships with the package.
struct DigitsSource: DataSource {
    static let kind = "digits"
    static let schema = Schema<DigitsSource>()
    var hasImages: Bool { true }

    func load(from place: DataPlace) throws(DataError) -> DataParts {
        let set = try Digits()
        return DataParts(training: set.train, test: set.test)
    }
}

/// `mnist`, `fashion-mnist`, `kmnist`: four IDX files in the data directory.
struct MNISTSource: DataSource {
    static let kind = "mnist"
    static let schema = Schema<MNISTSource>()
    var variant = MNIST.Variant.mnist
    var hasImages: Bool { true }

    init() {}

    init(variant: MNIST.Variant) { self.variant = variant }

    func load(from place: DataPlace) throws(DataError) -> DataParts {
        let set = try MNIST(directory: place.dataDirectory(), variant: variant)
        return DataParts(training: set.train, test: set.test)
    }
}

/// `cifar10`: binary files in the data directory.
struct CIFAR10Source: DataSource {
    static let kind = "cifar10"
    static let schema = Schema<CIFAR10Source>()
    var hasImages: Bool { true }

    func load(from place: DataPlace) throws(DataError) -> DataParts {
        let set = try CIFAR10(directory: place.dataDirectory())
        let batches = CIFAR10.batchNames.count
        return DataParts(
            training: set.train, test: set.test,
            warnings: set.missing.isEmpty
                ? []
                : [
                    "cifar10 is incomplete: \(set.missing.joined(separator: ", ")) are not there, so that "
                        + "\(batches - set.missing.count) of \(batches) training batches are used"
                ])
    }
}

/// `cifar100`: binary files in the data directory, with their fine classes.
struct CIFAR100Source: DataSource {
    static let kind = "cifar100"
    static let schema = Schema<CIFAR100Source>()
    var hasImages: Bool { true }

    func load(from place: DataPlace) throws(DataError) -> DataParts {
        let set = try CIFAR100(directory: place.dataDirectory())
        return DataParts(training: set.train, test: set.test)
    }
}

/// `yin-yang`: generated points in a disc; nothing is read.
struct YinYangSource: DataSource {
    static let kind = "yin-yang"
    static let schema = Schema<YinYangSource>()

    func load(from place: DataPlace) throws(DataError) -> DataParts {
        let set = try YinYang()
        return DataParts(training: set.train, test: set.test)
    }
}

/// `fsdd`: spoken digits in the data directory, as spikes of a cochlea.
struct FSDDSource: DataSource {
    static let kind = "fsdd"
    var steps = 100
    var timeStep = 6e-3

    static let schema = Schema<FSDDSource> {
        Field.integer("steps", \.steps, in: 1...)
        Field.number("time-step", \.timeStep, in: .positive)
    }

    func load(from place: DataPlace) throws(DataError) -> DataParts {
        let set = try FSDD(
            directory: place.dataDirectory(), steps: steps, timeStep: timeStep)
        let cut = set.cut.warning(of: Self.kind, steps: steps, timeStep: timeStep)
        return DataParts(
            training: set.train, test: set.test,
            warnings: [cut, FolderListing.warning(of: Self.kind, leftOut: set.leftOut)]
                .compactMap(\.self))
    }
}

/// `n-mnist`: digits seen by an event camera, in the data directory.
struct NMNISTSource: DataSource {
    static let kind = "n-mnist"
    var steps = 30
    var timeStep = 10e-3
    var slicing: EventStream.Slicing?
    var samplesPerClass: Int?

    static let schema = Schema<NMNISTSource> {
        Field.integer("steps", \.steps, in: 1...)
        Field.number("time-step", \.timeStep, in: .positive)
        Field { section, value throws(ConfigurationError) in
            let word = try section.choice(
                "frames", of: ["none"] + EventStream.Slicing.allCases.map(\.rawValue),
                default: "none")
            value.slicing = EventStream.Slicing(rawValue: word)
        } write: {
            [.init("frames", .string($0.slicing?.rawValue ?? "none"))]
        } vary: { value, random in
            value.slicing = EventStream.Slicing.allCases.randomElement(using: &random)
        }
        Field.refusing("time-step") {
            $0.slicing != nil && $0.timeStep != NMNISTSource().timeStep
        } because: { _ in
            "has no effect with 'frames', which cut each recording into parts of their own length; "
                + "leave one of the two keys out"
        } settle: {
            $0.timeStep = NMNISTSource().timeStep
        }
        Field.optionalInteger("samples-per-class", \.samplesPerClass, in: 1...)
    }

    func load(from place: DataPlace) throws(DataError) -> DataParts {
        let set = try NMNIST(
            directory: place.dataDirectory(), steps: steps, timeStep: timeStep, slicing: slicing,
            samplesPerClass: samplesPerClass ?? .max)
        let cut = set.cut.warning(of: Self.kind, steps: steps, timeStep: timeStep)
        var mended: String?
        if !set.repairs.isSound {
            mended =
                "\(Self.kind): \(set.repairs.outsideSensor) events outside of 34 × 34 pixels were dropped, "
                + "\(set.repairs.outOfOrder) out of order were sorted in"
        }
        return DataParts(
            training: set.train, test: set.test,
            warnings: [cut, mended, FolderListing.warning(of: Self.kind, leftOut: set.leftOut)]
                .compactMap(\.self))
    }
}
