/// What is done to the inputs of a network whose robustness is asked for.
public struct RobustnessSettings: Codable, Hashable, Sendable {
    /// Sizes of attacks and noise in 255ths of the range of pixels.
    public var sizes = [4.0, 8, 16, 32]
    /// Shares of the input that are left out.
    public var dropout = [0.1, 0.3]
    /// Standard deviations of the spikes' times, in steps.
    public var jitter = [1.0]
    /// Whether attacks are those of the published code: sizes in scaled units, no clamp, batch statistics.
    public var usesPublishedAttack = false
    /// Most samples.
    public var samples = 1000

    /// The usual sizes.
    public init() {}
}
