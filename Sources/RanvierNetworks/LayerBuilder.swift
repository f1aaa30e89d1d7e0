/// Collects the layers of a network.
@resultBuilder
public enum LayerBuilder {
    /// One layer.
    public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
    /// Several layers, for example from a function.
    public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
    /// In order.
    public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap { $0 } }
    /// From a loop.
    public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap { $0 } }
    /// From an `if` without `else`.
    public static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
    /// From an `if`.
    public static func buildEither(first part: [any Layer]) -> [any Layer] { part }
    /// From an `else`.
    public static func buildEither(second part: [any Layer]) -> [any Layer] { part }
}
