import RanvierConfiguration
import RanvierTensors

/// Turns a batch of values into a sequence that a spiking network takes.
///
/// Values are `[B, features…]`, normally in `0 ... 1`; the sequence is `[T, B, features…]`, stored as
/// spikes where it is made of zeros and ones.
///
///     let encoder = PoissonEncoder(steps: 25, timeStep: 1e-3)
///     let spikes = try encoder.encode(images, at: position)
///
/// An encoder says itself by its keys, so that a stored network knows how it is fed. A new one is a type that conforms, and
/// a line `registry.add(EncoderKind(MyEncoder.self))`.
public protocol SpikeEncoder: Configurable {
    /// Word for the encoder in configurations and stored networks: `poisson`.
    static var kind: String { get }
    /// Number of time steps `T`.
    var steps: Int { get }
    /// Length of a step in seconds.
    var timeStep: Double { get }
    /// What a step shows of a sample.
    var form: EncodedForm { get }
    /// Values that the code has a meaning for; any finite number unless an encoder says otherwise.
    var accepts: AcceptedValues { get }
    /// How finely the code represents values; nil where an encoder does not say.
    var resolution: EncodingResolution? { get }
    /// Seconds of a row of a sample, for encoders of sequences; nil where samples are values.
    var rowDuration: Double? { get }
    /// Shape of one step of one sample, given the shape of a sample's values.
    ///
    /// - Throws: ``SpikeError/shapeDoesNotFit(encoder:expected:found:)``.
    func featureShape(ofSample shape: [Int]) throws(SpikeError) -> [Int]
    /// Encodes a batch.
    ///
    /// - Parameter position: where the batch stands in the run; what a stochastic encoder draws from.
    /// - Throws: ``SpikeError`` that names the first value or the shape that cannot be encoded.
    func encode(_ values: Tensor, at position: EncodingPosition) throws(SpikeError) -> Tensor
    /// What codes rows as they come, before the first; nil where a code needs the sample as a whole.
    func rowEncoder() -> (any RowEncoder)?
}

/// What a step of an encoded sequence shows of a sample.
public enum EncodedForm: Sendable, Hashable {
    /// The values of the sample, the same at every step.
    case constant
    /// A row of the sample, which is a sequence already.
    case rows
    /// Something that was made of the sample as a whole.
    case coded
}

extension SpikeEncoder {
    /// Something made of the sample as a whole, unless an encoder says otherwise.
    public var form: EncodedForm { .coded }

    /// Any finite number.
    public var accepts: AcceptedValues { .all }

    /// Nothing is said.
    public var resolution: EncodingResolution? { nil }

    /// A step, where steps are rows.
    public var rowDuration: Double? { form == .rows ? timeStep : nil }

    /// Rows as they are, where steps show values or rows.
    public func rowEncoder() -> (any RowEncoder)? {
        form == .coded ? nil : ShownRow(packs: form == .rows)
    }

    /// The encoder as a value: its kind and all its keys.
    public var element: Element { Element(Self.kind, configurationValue) }

    /// Length of the sequence in seconds.
    public var duration: Double { Double(steps) * timeStep }

    /// A step has the shape of a sample's values, unless an encoder says otherwise.
    public func featureShape(ofSample shape: [Int]) throws(SpikeError) -> [Int] { shape }

    /// Encodes a batch by itself: samples 0 and on, epoch 0, seed 0.
    public func encode(_ values: Tensor) throws(SpikeError) -> Tensor {
        try encode(values, at: EncodingPosition(samples: values.shape.first ?? 0))
    }

    /// Checks that the code has a meaning for all values.
    ///
    /// - Throws: ``SpikeError/valueOutsideRange(encoder:sample:element:value:accepted:)`` that names the first
    ///   for which it has none.
    public func requireAccepted(_ values: Tensor) throws(SpikeError) {
        guard values.rank >= 1 else {
            throw .shapeDoesNotFit(
                encoder: Self.kind, expected: "[B, features…]", found: values.shape)
        }
        let accepts = accepts
        if let index = values.firstIndex(where: { !accepts.contains($0) }) {
            let size = max(values.shape.dropFirst().reduce(1, *), 1)
            throw .valueOutsideRange(
                encoder: Self.kind, sample: index / size, element: index % size,
                value: values.scalars[index], accepted: accepts)
        }
    }
}

extension RandomStream {
    /// What a stochastic encoder draws from where a network is measured: a sample has the same spikes each time.
    package static var evaluation: RandomStream { RandomStream(seed: 0, name: "evaluation") }
}

func requireSteps(_ steps: Int, _ timeStep: Double) {
    precondition(steps > 0, "an encoder needs at least one time step, not \(steps)")
    precondition(
        timeStep > 0 && timeStep.isFinite, "a time step must be a positive number of seconds")
}
