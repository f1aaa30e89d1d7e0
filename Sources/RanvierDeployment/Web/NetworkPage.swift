import Foundation

/// A page on which an exported network can be tried: one HTML file that needs no network and no other file.
///
/// A reader draws a picture, sets values, or plays and edits the rows of a sequence, and sees scores, answer, margin and the
/// spikes of layers that the network counts. When it opens, the page computes its samples and says how many agree with the
/// native result.
public struct NetworkPage: Sendable {
    /// One input, or all pixels of a picture.
    public struct Channel: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// Its unit; empty for none.
        public var unit: String
        /// The least and the largest value that can be set.
        public var range: ClosedRange<Double>
        /// The value of paper without ink, and of a page that was cleared.
        public var rest: Double
        /// What the number 1 of the network's input is worth.
        public var scale: Double
        /// What the number 0 of it is worth.
        public var offset: Double

        /// An input whose value v is the number `round((v − offset) / scale)`; at rest, 0 or what is nearest to it.
        public init(
            name: String, unit: String = "", range: ClosedRange<Double>, rest: Double? = nil,
            scale: Double = 1, offset: Double = 0
        ) {
            self.name = name
            self.unit = unit
            self.range = range
            self.rest = rest ?? min(max(0, range.lowerBound), range.upperBound)
            self.scale = scale
            self.offset = offset
        }
    }

    /// What a reader does.
    public enum Input: Sendable, Hashable {
        /// Draws a picture, whose pixels are the inputs row by row: those of all rows of a sample.
        case image(width: Int, height: Int, Channel)
        /// Sets values.
        case vector([Channel])
        /// Plays and edits the rows of a sequence.
        case sequence([Channel])
        /// Chooses among samples.
        case recorded
    }

    /// What a score of a network without classes is worth.
    public struct Reading: Sendable, Hashable {
        /// What the score 1 is worth.
        public var scale: Double
        /// What the score 0 is worth.
        public var offset: Double
        /// The unit; empty for none.
        public var unit: String

        /// A value `score · scale + offset`.
        public init(scale: Double, offset: Double = 0, unit: String = "") {
            self.scale = scale
            self.offset = offset
            self.unit = unit
        }
    }

    /// A sample with its native result.
    public struct Sample: Sendable, Hashable {
        /// What its button says.
        public var name: String
        /// Elements of the network's input type, row after row.
        public var elements: [Int32]
        /// Scores of the native network.
        public var scores: [Int32]

        /// A sample.
        public init(name: String, elements: [Int32], scores: [Int32]) {
            self.name = name
            self.elements = elements
            self.scores = scores
        }
    }

    /// Heading.
    public var title: String
    /// A sentence or two under it.
    public var summary: String
    /// Names of the layers whose spikes are counted; empty where the network counts none, or for numbers.
    public var layers: [String] = []
    /// What scores are worth; nil where they are shown as they are.
    public var reading: Reading?
    /// Its words.
    public var words = PageWords()
    /// The sizes of the network.
    public let interface: CNetworkInterface
    /// What a reader does.
    public let input: Input
    /// Names of the scores.
    public let outputs: [String]
    /// Samples with a known result.
    public let samples: [Sample]
    /// The network.
    public let module: WebAssemblyModule

    /// Compiles the network for a page.
    ///
    /// - Throws: ``ToolchainError`` where sizes do not fit, or a tool is missing.
    public init(
        _ network: CNetworkSource, title: String, summary: String, input: Input,
        outputs: [String], samples: [Sample]
    ) throws {
        interface = network.interface
        self.title = title
        self.summary = summary
        self.input = input
        self.outputs = outputs
        self.samples = samples
        try Self.check(interface, input, outputs, samples)
        module = try WebAssemblyModule(network)
    }

    private static func check(
        _ interface: CNetworkInterface, _ input: Input, _ outputs: [String], _ samples: [Sample]
    ) throws {
        func require(_ found: Int, is expected: Int, _ what: String) throws {
            guard found == expected else {
                throw ToolchainError.samples(expected: "\(expected) \(what)", found: "\(found)")
            }
        }
        try require(outputs.count, is: interface.outputs, "names of scores")
        switch input {
        case .image(let width, let height, _):
            try require(width * height, is: interface.inputs * interface.rows, "pixels")
        case .vector(let channels):
            try require(interface.rows, is: 1, "row, which is what values can be set of")
            try require(channels.count, is: interface.inputs, "channels")
        case .sequence(let channels):
            try require(channels.count, is: interface.inputs, "channels")
        case .recorded:
            guard !samples.isEmpty else {
                throw ToolchainError.samples(
                    expected: "samples, where no reader can set the input", found: "none")
            }
        }
        for sample in samples {
            try require(
                sample.elements.count, is: interface.sampleWords, "elements of '\(sample.name)'")
            try require(sample.scores.count, is: outputs.count, "scores of '\(sample.name)'")
        }
    }
}
