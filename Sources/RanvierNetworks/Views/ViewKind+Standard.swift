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
        ViewKind(view: SymmetricQuantizer.kind) { section, _, _ in
            SymmetricQuantizer(bits: try section.integer("bits", in: 2...16))
        },
    ]
}
