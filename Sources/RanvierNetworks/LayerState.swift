import RanvierTensors

/// State that a layer hands from one step to the next: tensors by name, and the states of layers inside.
public struct LayerState: Sendable {
    /// The tensors, each `[B, …]`, by the name that the layer gives them: `membrane`, `synapse`, ….
    public var tensors: [String: Tensor]

    /// States of the layers inside a composite layer, by their names; a layer without state has none.
    public var parts: [String: LayerState]

    /// A state of named tensors and of layers inside.
    public init(_ tensors: [String: Tensor] = [:], parts: [String: LayerState] = [:]) {
        self.tensors = tensors
        self.parts = parts
    }

    /// A tensor by name.
    public subscript(name: String) -> Tensor? {
        get { tensors[name] }
        set { tensors[name] = newValue }
    }

    /// The same numbers, cut off from the tape.
    public var detached: LayerState {
        LayerState(tensors.mapValues(\.detached), parts: parts.mapValues(\.detached))
    }

    /// Numbers in all.
    public var count: Int {
        tensors.values.reduce(0) { $0 + $1.count } + parts.values.reduce(0) { $0 + $1.count }
    }
}
