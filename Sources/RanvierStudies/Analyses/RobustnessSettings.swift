/// What is done to the inputs of a network whose robustness is asked for.
public struct RobustnessSettings: Codable, Hashable, Sendable {
    /// Sizes of attacks and noise; nil for the usual ones. In 255ths of the range of pixels for images, in standard deviations
    /// of each feature for other samples.
    public var sizes: [Double]?
    /// Shares of the input that are left out.
    public var dropout = [0.1, 0.3]
    /// Standard deviations of the spikes' times, in steps.
    public var jitter = [1.0]
    /// Whether attacks are those of the published code: sizes in scaled units, no clamp, batch statistics.
    public var usesPublishedAttack = false
    /// Most samples, which are drawn by chance, of each class by its share.
    public var samples = 1000
    /// Most channels that are damaged one by one; samples with more are not looked at like that.
    public var channels = 32
    /// What decides samples and damage.
    public var seed: UInt64 = 0

    /// Sizes for images, in 255ths of the range of pixels.
    public static let pixelSizes = [4.0, 8, 16, 32]
    /// Sizes for other samples, in standard deviations.
    public static let deviationSizes = [0.1, 0.25, 0.5, 1]

    /// The usual sizes.
    public init() {}
}
