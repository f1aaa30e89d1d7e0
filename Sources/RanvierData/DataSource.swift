import Foundation
import RanvierConfiguration
import RanvierFormats

/// Where the samples of a run come from: what `dataset.name` says, with its own keys beside it.
///
///     struct Weather: DataSource {
///         var station = "north"
///         static let kind = "weather"
///         static let schema = Schema<Weather> { Field.text("station", \.station) }
///         func load(from place: DataPlace) throws(DataError) -> DataParts { … }
///     }
///     registry.add(DataSourceKind(Weather.self))
public protocol DataSource: Configurable {
    /// Word for the source in configurations.
    static var kind: String { get }

    /// Keys that hold paths of files or folders, one or a list, which may be patterns such as `*.csv`. Relative ones start from
    /// the configuration's own folder, and are stored as absolute ones.
    static var pathKeys: [String] { get }

    /// Whether samples are images, or vectors that are, which an event camera can look at.
    var hasImages: Bool { get }

    /// How values are scaled where a configuration does not say.
    var usualScaling: DatasetConfiguration.ScalingRule { get }

    /// Reads the samples.
    ///
    /// - Throws: `DataError` that names file, expected and found.
    func load(from place: DataPlace) throws(DataError) -> DataParts
}

extension DataSource {
    /// None.
    public static var pathKeys: [String] { [] }

    /// False.
    public var hasImages: Bool { false }

    /// As the source gives them.
    public var usualScaling: DatasetConfiguration.ScalingRule { .none }
}

/// Where data are looked for, and what decides splits.
public struct DataPlace: Sendable {
    /// Where larger sets are looked for before `RANVIER_DATA`.
    public var directory: String?
    /// What relative paths in the configuration start from.
    public var folder: URL
    /// What decides which samples are held out.
    public var seed: UInt64
    /// Values that the encoding takes; nil for any. `scaling: auto` keeps to it.
    public var acceptedRange: ClosedRange<Float>?

    /// A place.
    public init(
        directory: String? = nil, folder: URL = URL(filePath: "."), seed: UInt64 = 0,
        acceptedRange: ClosedRange<Float>? = nil
    ) {
        self.directory = directory
        self.folder = folder
        self.seed = seed
        self.acceptedRange = acceptedRange
    }

    /// The folder of larger sets.
    public func dataDirectory() throws(DataError) -> DataDirectory {
        try DataDirectory.locate(explicit: directory)
    }
}

/// What a source gives: samples to learn from, and others to measure on.
public struct DataParts: Sendable {
    /// What the network learns from.
    public var training: Dataset
    /// What the result is measured on.
    public var test: Dataset
    /// Which samples go together where a part is held out for validation.
    public var splitRule = SplitRule.chance
    /// Whether values may be missing (NaN), which the scaling replaces by the mean of the training samples.
    public var replacesMissing = false
    /// What was found out and decided while reading: told, nothing to worry about.
    public var notes: [String]
    /// What may make a result worth less than it seems; also in `result.json`.
    public var warnings: [String]

    /// Two parts.
    public init(
        training: Dataset, test: Dataset, notes: [String] = [], warnings: [String] = []
    ) {
        self.training = training
        self.test = test
        self.notes = notes
        self.warnings = warnings
    }
}

/// Where samples come from.
public enum DataSourceRole: Role {
    /// A source.
    public typealias Value = any DataSource
    /// `dataset.name`.
    public static let name = "dataset.name"
    /// The source's kind and keys.
    public static func element(of value: any DataSource) -> Element {
        Element(type(of: value).kind, value.configurationValue)
    }
}

/// A kind of source.
public typealias DataSourceKind = Kind<DataSourceRole>

extension Kind where R == DataSourceRole {
    /// The kind of a type.
    public init<Source: DataSource>(_ type: Source.Type) {
        self.init(Source.kind, Source.self) {
            $0
        } unwrap: {
            $0 as? Source
        }
    }

    /// The kind of a source without keys.
    package init(_ name: String, source: any DataSource) {
        self.init(name, NoOptions.self) { _ in
            source
        } unwrap: { _ in
            nil
        }
    }
}
