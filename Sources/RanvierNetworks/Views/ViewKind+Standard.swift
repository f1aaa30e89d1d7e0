import RanvierConfiguration
import RanvierTensors

extension Kind where R == ViewRole {
    /// The views that are built in.
    public static let standard: [ViewKind] = [
        ViewKind(view: Mask.kind) { _, tensors, shape in
            guard let alive = tensors["alive"], alive.shape == shape,
                alive.scalars.allSatisfy({ $0 == 0 || $0 == 1 })
            else {
                throw NetworkError.parameters(
                    expected: "a mask of zeros and ones of shape \(shape)",
                    found: tensors["alive"].map { "one of shape \($0.shape), or other numbers" }
                        ?? "none")
            }
            return Mask(alive)
        },
        ViewKind(view: SymmetricQuantizer.kind) { section, _, shape in
            try SymmetricQuantizer(section, shape: shape)
        },
        // Numbers of the views' own are restored with those of the network.
        ViewKind(view: LearnedStepQuantizer.kind) { section, _, _ in
            LearnedStepQuantizer(
                bits: try section.integer("bits", in: 2...16), step: 1,
                rounding: try section.choice("rounding", default: .halfToEven))
        },
        ViewKind(view: SharedScaleQuantizer.kind) { section, _, _ in
            SharedScaleQuantizer(bits: try section.integer("bits", in: 2...16), range: 1)
        },
        ViewKind(view: BinaryQuantizer.kind) { section, _, _ in
            BinaryQuantizer(isStandardized: try section.boolean("standardized", default: false))
        },
        ViewKind(view: TernaryQuantizer.kind) { _, _, _ in TernaryQuantizer() },
    ]
}
