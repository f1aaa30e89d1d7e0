import RanvierConfiguration

/// Random changes of training images as the section `augmentation` says them; see `Augmentation`.
public struct AugmentationChoice: Configurable {
    /// Largest shift in pixels; a whole number alone moves by whole pixels.
    public var shift = 0.0
    /// Largest angle in degrees.
    public var rotation = 0.0
    /// Largest part by which images become larger or smaller.
    public var scale = 0.0
    /// Whether half of the images are mirrored left to right.
    public var flips = false
    /// Interpolated pixels become multiples of 1 / levels; nil to leave them.
    public var levels: Int?

    /// None.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<AugmentationChoice> {
        Field.number("shift", \.shift, in: 0...)
        Field.number("rotation", \.rotation, in: 0...180)
        Field.number("scale", \.scale, in: 0...0.9)
        Field.boolean("flip", \.flips)
        Field.optionalInteger("round", \.levels, in: 1...65535)
        Field.refusing("round") {
            $0.levels != nil && !$0.interpolates
        } because: { _ in
            "has no effect where pixels keep their values: shifts by whole pixels and mirrored images interpolate nothing; "
                + "leave the key out"
        } settle: {
            $0.levels = nil
        }
    }

    private var interpolates: Bool { rotation > 0 || scale > 0 || shift != shift.rounded() }
}
