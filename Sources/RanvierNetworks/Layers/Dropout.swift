import RanvierConfiguration
import RanvierTensors

/// Silences a random part of the features in training, the same part at every step.
///
///     y[t] = x[t] m / (1 − p),    m = 0 with probability p, else 1
///
/// One mask per sample holds for the whole sequence, so that a dropped input stays silent while membranes
/// integrate. Inference hands the input on. Source: Srivastava et al. 2014; one mask for all steps as in Lee et
/// al. 2020.
public struct Dropout: DescribedLayer {
    /// What can be chosen of dropout.
    public struct Options: Configurable {
        /// The probability p.
        public var probability: Float = 0.5
        /// One half.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field.number("probability", \.probability, in: 0...0.99)
        }
    }

    /// `dropout`.
    public static let kind = "dropout"
    /// The probability.
    public let options: Options

    /// The probability p, in `0 ..< 1`.
    public var probability: Float { options.probability }

    /// Dropout with a probability.
    public init(_ probability: Float) {
        precondition(
            probability >= 0 && probability < 1,
            "the probability of dropout must be in 0..<1, not \(probability)")
        options = Options().with { $0.probability = probability }
    }

    /// Dropout as described.
    public init(_ options: Options, at site: LayerSite) { self.options = options }

    /// False.
    public var remembers: Bool { false }

    /// What comes in.
    public func signal(for input: Signal) -> Signal { input }

    /// Any shape, unchanged.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

    /// The whole sequence.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        guard context.isTraining, probability > 0 else { return input }
        // A stream for each layer: its name is hashed into the stream of this pass.
        let name = RandomStream(seed: 0, name: "dropout/\(Tape.layer)").stream
        let stream = context.random.substream(Int(truncatingIfNeeded: name))
        let draws = Tensor(uniformIn: 0..<1, shape: Array(input.shape.dropFirst()), from: stream)
        let kept = draws.isGreaterOrEqual(to: Tensor(probability))
        return input * (kept * (1 / (1 - probability)))
    }
}
