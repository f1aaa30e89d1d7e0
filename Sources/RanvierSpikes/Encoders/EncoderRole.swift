import RanvierConfiguration

/// What turns values into sequences.
public enum EncoderRole: Role {
    /// An encoder.
    public typealias Value = any SpikeEncoder
    /// `encoding`.
    public static let name = "encoding"
    /// The encoder's kind and keys.
    public static func element(of value: any SpikeEncoder) -> Element { value.element }
}

/// A kind of encoder.
public typealias EncoderKind = Kind<EncoderRole>

extension Kind where R == EncoderRole {
    /// The kind of a type.
    public init<Encoder: SpikeEncoder>(_ type: Encoder.Type) {
        self.init(Encoder.kind, Encoder.self) {
            $0
        } unwrap: {
            $0 as? Encoder
        }
    }

    /// The encoders that are built in.
    public static let standard: [EncoderKind] = [
        EncoderKind(DirectEncoder.self), EncoderKind(PoissonEncoder.self),
        EncoderKind(LatencyEncoder.self), EncoderKind(PhaseEncoder.self),
        EncoderKind(BurstEncoder.self), EncoderKind(SequenceEncoder.self),
        EncoderKind(DeltaEncoder.self), EncoderKind(LevelCrossingEncoder.self),
        EncoderKind(PopulationEncoder.self), EncoderKind(EachRowEncoder.self),
        EncoderKind(MeanEncoder.self),
    ]
}
