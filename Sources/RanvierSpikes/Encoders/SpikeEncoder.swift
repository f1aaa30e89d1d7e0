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
    /// Shape of one step of one sample, given the shape of a sample's values.
    ///
    /// - Throws: ``SpikeError/shapeDoesNotFit(encoder:expected:found:)``.
    func featureShape(ofSample shape: [Int]) throws(SpikeError) -> [Int]
    /// Encodes a batch.
    ///
    /// - Parameter position: where the batch stands in the run; what a stochastic encoder draws from.
    /// - Throws: ``SpikeError`` that names the first value or the shape that cannot be encoded.
    func encode(_ values: Tensor, at position: EncodingPosition) throws(SpikeError) -> Tensor
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

    /// Checks that all values lie in 0…1.
    ///
    /// - Throws: ``SpikeError/valueOutsideRange(encoder:sample:element:value:)`` that names the first that does not.
    public func requireUnitRange(_ values: Tensor, encoder: String) throws(SpikeError) {
        guard values.rank >= 1 else {
            throw .shapeDoesNotFit(
                encoder: encoder, expected: "[B, features…]", found: values.shape)
        }
        if let index = values.firstIndexOutsideUnitRange {
            let size = max(values.shape.dropFirst().reduce(1, *), 1)
            throw .valueOutsideRange(
                encoder: encoder, sample: index / size, element: index % size,
                value: values.scalars[index])
        }
    }
}

func requireSteps(_ steps: Int, _ timeStep: Double) {
    precondition(steps > 0, "an encoder needs at least one time step, not \(steps)")
    precondition(
        timeStep > 0 && timeStep.isFinite, "a time step must be a positive number of seconds")
}
