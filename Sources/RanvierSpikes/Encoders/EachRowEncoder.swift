import RanvierConfiguration
import RanvierTensors

/// Codes a sequence row by row with an encoder for values: latency, rate, population or any other code of a series.
///
///     each-row: {rows: 32, encoding: {latency: {steps: 8, time-step: 1e-3}}}
///
/// Each of the R rows of a sample is shown for the K steps of the inner encoder, one row after the other: values
/// `[B, R, features…]` become `[R K, B, features…]` (of the shape that the inner encoder makes of a row; `[B, R]`
/// is one value a row). A row lasts K steps, so that the inner time step is the row's duration over K. A row is
/// coded from itself alone: the code is causal, and a stream of rows gives the same sequence. A code by chance
/// draws for each row anew.
public struct EachRowEncoder: SpikeEncoder {
    /// Number of rows R; the sequences must have as many.
    public private(set) var rows: Int
    /// What each row is coded with.
    public private(set) var encoder: any SpikeEncoder

    /// Codes each of some rows.
    public init(rows: Int, encoder: any SpikeEncoder) {
        precondition(rows > 0, "a sequence has at least one row, not \(rows)")
        self.rows = rows
        self.encoder = encoder
    }

    /// Steps of all rows, R K.
    public var steps: Int { [rows, encoder.steps].elementCount }
    /// Length of a step in seconds, that of the inner encoder.
    public var timeStep: Double { encoder.timeStep }
    /// The inner encoder's.
    public var accepts: AcceptedValues { encoder.accepts }
    /// The inner encoder's.
    public var resolution: EncodingResolution? { encoder.resolution }
    /// K steps.
    public var rowDuration: Double? { encoder.duration }

    /// What the inner encoder makes of a row.
    public func featureShape(ofSample shape: [Int]) throws(SpikeError) -> [Int] {
        guard let first = shape.first, first == rows else {
            throw .shapeDoesNotFit(
                encoder: Self.kind, expected: "samples [\(rows), channels]", found: shape)
        }
        return try encoder.featureShape(ofSample: shape.count == 1 ? [1] : Array(shape.dropFirst()))
    }

    /// The rows in order, each coded by itself.
    public func encode(
        _ values: Tensor, at position: EncodingPosition
    ) throws(SpikeError) -> Tensor {
        _ = try featureShape(ofSample: Array(values.shape.dropFirst()))
        try requireAccepted(values)
        let batch = values.shape[0]
        let shape = values.rank == 2 ? [1] : Array(values.shape.dropFirst(2))
        let sequences = values.reshaped(to: [batch, rows] + shape)
        var parts: [Tensor] = []
        for row in 0..<rows {
            let values = sequences.slice(row..<row + 1, along: 1).reshaped(to: [batch] + shape)
            parts.append(try encoder.encode(values, at: position.inRow(row)))
        }
        let sequence = Tensor.concatenate(parts)
        return parts.allSatisfy { $0.storageKind == .spikes } ? sequence.packedAsSpikes : sequence
    }

    /// Codes one row after the other, with the random numbers that the first sample of an evaluation has.
    public func rowEncoder() -> (any RowEncoder)? { EncodedRows(encoder: encoder) }

    /// Whether rows and inner encoder are the same.
    public static func == (left: EachRowEncoder, right: EachRowEncoder) -> Bool {
        left.rows == right.rows && left.encoder.element == right.encoder.element
    }

    /// By rows and inner encoder.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(rows)
        hasher.combine(encoder.element)
    }
}

/// Codes rows one by one, each by itself.
struct EncodedRows: RowEncoder {
    let encoder: any SpikeEncoder
    private var row = 0

    init(encoder: any SpikeEncoder) { self.encoder = encoder }

    mutating func encode(_ values: Tensor) throws(SpikeError) -> Tensor {
        defer { row += 1 }
        let position = EncodingPosition(
            stream: .evaluation, epoch: 0, samples: Array(0..<values.shape[0]))
        return try encoder.encode(values, at: position.inRow(row))
    }
}

extension EncodingPosition {
    /// The same samples with random numbers of their own for a row.
    fileprivate func inRow(_ row: Int) -> EncodingPosition {
        EncodingPosition(stream: stream.substream(row), epoch: epoch, samples: samples)
    }
}

extension EachRowEncoder {
    /// `each-row`.
    public static let kind = "each-row"

    /// 25 rows as spikes by chance, a step each.
    public init() { self.init(rows: 25, encoder: PoissonEncoder(steps: 1, timeStep: 1e-3)) }

    /// The keys of a configuration.
    public static let schema = Schema<EachRowEncoder> {
        Field.integer("rows", \.rows, in: 1...)
        Field { section, value throws(ConfigurationError) in
            value.encoder = try section.value(
                "encoding", of: EncoderRole.self, default: value.encoder)
        } write: {
            [.init("encoding", $0.encoder.element.configurationValue)]
        } vary: { value, random in
            value.encoder =
                Bool.random(using: &random)
                ? PopulationEncoder.random(using: &random) : LatencyEncoder.random(using: &random)
        }
    }
}

extension SpikeEncoder where Self == EachRowEncoder {
    /// Sequences whose rows are coded by themselves.
    public static func eachRow(_ rows: Int, _ encoder: any SpikeEncoder) -> EachRowEncoder {
        EachRowEncoder(rows: rows, encoder: encoder)
    }
}
