import RanvierConfiguration
import RanvierData
import RanvierSpikes
import RanvierTensors

/// What training minimises, from the output sequence of a network `[T, B, outputs]`.
///
///     struct Margin: Loss {
///         var margin: Float = 1
///         static let kind = "margin"
///         static let schema = Schema<Margin> { Field.number("margin", \.margin, in: .positive) }
///         var decoder: SpikeDecoder { .meanMembrane }
///         func value(of output: Tensor, targets: Targets) -> Tensor { … }
///     }
///     registry.add(LossKind(Margin.self))
public protocol Loss: Configurable {
    /// Word for the loss in configurations and stored models.
    static var kind: String { get }

    /// How scores are read from the output when the network is used.
    var decoder: SpikeDecoder { get }

    /// Whether the loss can be taken of such targets.
    func accepts(_ targets: Targets) -> Bool

    /// The loss of a batch, a single number.
    ///
    /// - Parameters:
    ///   - output: `[T, B, outputs]`.
    ///   - targets: one per sample; values as the task trains on them.
    func value(of output: Tensor, targets: Targets) -> Tensor

    /// What consecutive steps of a longer sequence contribute to its loss, for truncated backpropagation.
    ///
    /// - Parameters:
    ///   - output: the part, `[T', B, outputs]`.
    ///   - steps: steps of the whole sequence.
    func value(ofPart output: Tensor, of steps: Int, targets: Targets) -> Tensor

    /// The loss of a batch whose samples do not count alike: the mean over the batch of weight times the sample's loss.
    ///
    /// - Parameter weights: one per sample.
    /// - Returns: a single number; nil where the loss knows no weights.
    func value(of output: Tensor, targets: Targets, weights: [Float]) -> Tensor?

    /// What consecutive steps of a longer sequence contribute to that.
    func value(ofPart output: Tensor, of steps: Int, targets: Targets, weights: [Float]) -> Tensor?

    /// What stands for the loss when an artificial network of the same shape is trained.
    var forArtificialNetwork: any Loss { get }
}

extension Loss {
    /// Whether samples have classes.
    public func accepts(_ targets: Targets) -> Bool {
        if case .classes = targets { true } else { false }
    }

    /// The loss of the part alone, weighted with its share of the steps.
    public func value(ofPart output: Tensor, of steps: Int, targets: Targets) -> Tensor {
        value(of: output, targets: targets) * (Float(output.shape[0]) / Float(max(steps, 1)))
    }

    /// Nil: no weights.
    public func value(of output: Tensor, targets: Targets, weights: [Float]) -> Tensor? { nil }

    /// The loss of the part alone, weighted with its share of the steps.
    public func value(
        ofPart output: Tensor, of steps: Int, targets: Targets, weights: [Float]
    ) -> Tensor? {
        value(of: output, targets: targets, weights: weights).map {
            $0 * (Float(output.shape[0]) / Float(max(steps, 1)))
        }
    }

    /// The loss itself.
    public var forArtificialNetwork: any Loss { self }

    /// The loss's kind and keys.
    public var element: Element { Element(Self.kind, configurationValue) }

    /// The loss of a batch with classes.
    public func value(of output: Tensor, labels: [Int]) -> Tensor {
        value(of: output, targets: .classes(labels, names: []))
    }
}

/// What training minimises.
public enum LossRole: Role {
    /// A loss.
    public typealias Value = any Loss
    /// `loss`.
    public static let name = "loss"
    /// The loss's kind and keys.
    public static func element(of value: any Loss) -> Element { value.element }
}

/// A kind of loss.
public typealias LossKind = Kind<LossRole>

extension Kind where R == LossRole {
    /// The kind of a type.
    public init<L: Loss>(_ type: L.Type) {
        self.init(L.kind, L.self) {
            $0
        } unwrap: {
            $0 as? L
        }
    }

    /// The losses that are built in.
    public static let standard: [LossKind] = [
        LossKind(CrossEntropy.self), LossKind(CrossEntropyOfEachStep.self),
        LossKind(TemporalEfficientTraining.self), LossKind(RateError.self),
        LossKind(SquaredError.self),
    ]
}
