import HeapModule
import Synchronization

/// Reverse-mode differentiation.
///
/// Tensors are values; an operation that touches a tracked tensor records how to pull a gradient back
/// through it. ``Tensor/gradients(for:)`` walks the records from the last to the first.
///
///     let w = Tensor([2], shape: [1]).tracked(as: "w")
///     let loss = (w * w).sum()
///     loss.gradients(for: [w])[0]        // 4
public enum Tape {
    /// Name of the layer that runs at this moment; messages about gradients name it.
    @TaskLocal public static var layer = ""

    /// Runs `body` and gives the operations inside the name of a layer.
    public static func naming<R>(_ layer: String, _ body: () throws -> R) rethrows -> R {
        try $layer.withValue(layer, operation: body)
    }

    /// Whether operations are recorded.
    @TaskLocal static var isRecording = true

    /// Runs `body` without recording: results are constants for differentiation.
    public static func withoutRecording<R>(_ body: () throws -> R) rethrows -> R {
        try $isRecording.withValue(false, operation: body)
    }

    /// Runs `body` recording again, inside an adjoint that repeats a computation.
    package static func recording<R>(_ body: () throws -> R) rethrows -> R {
        try $isRecording.withValue(true, operation: body)
    }

    /// Records an operation with its own adjoint: the way in for everything fused or custom.
    ///
    ///     Tape.record(square, inputs: [x]) { gradient in [2 * x.detached * gradient] }
    ///
    /// - Parameters:
    ///   - value: what the operation computed, from the numbers alone.
    ///   - inputs: the tensors that the result depends on.
    ///   - adjoint: maps the gradient of the result to the gradient of each input, in order and of the
    ///     same shape; nil where there is none. It must capture detached tensors only.
    /// - Returns: `value`, tracked if any input is.
    public static func record(
        _ value: Tensor, inputs: [Tensor],
        adjoint: @escaping @Sendable (_ gradient: Tensor) -> [Tensor?]
    ) -> Tensor {
        guard inputs.contains(where: \.isTracked), isRecording else { return value.detached }
        let node = TapeNode(
            inputs: inputs.map(\.node), layer: layer, gradientRank: value.gradientShape.count,
            adjoint: adjoint)
        return Tensor(shape: value.shape, storage: value.storage, node: node)
    }
}

// MARK: - Several results

extension Tape {
    /// Records an operation with several results and one adjoint for all of them.
    ///
    /// - Parameter adjoint: maps the gradients of the results (nil where none arrived) to those of the
    ///   inputs. Called once, after the gradients of all results are complete.
    public static func record(
        _ values: [Tensor], inputs: [Tensor],
        adjoint: @escaping @Sendable (_ gradients: [Tensor?]) -> [Tensor?]
    ) -> [Tensor] {
        guard inputs.contains(where: \.isTracked), isRecording else {
            return values.map(\.detached)
        }
        // Results leave their gradients in the mailbox; the token only makes the joint node run.
        let mailbox = Mailbox(count: values.count)
        let joint = record(Tensor(0), inputs: inputs) { _ in adjoint(mailbox.empty()) }
        return values.enumerated().map { index, value in
            record(value, inputs: [joint]) { gradient in
                mailbox.put(gradient, at: index)
                return [Tensor(0)]
            }
        }
    }

    private final class Mailbox: Sendable {
        private let gradients: Mutex<[Tensor?]>

        init(count: Int) { gradients = Mutex(Array(repeating: nil, count: count)) }

        func put(_ gradient: Tensor, at index: Int) {
            gradients.withLock { $0[index] = gradient }
        }

        func empty() -> [Tensor?] {
            gradients.withLock { held in
                defer { held = Array(repeating: nil, count: held.count) }
                return held
            }
        }
    }
}

// MARK: - Tracking

extension Tensor {
    /// Whether gradients flow back to this tensor.
    public var isTracked: Bool { node != nil }

    /// The same numbers, cut off from the tape: a constant for differentiation.
    public var detached: Tensor { Tensor(shape: shape, storage: storage) }

    /// The same numbers as a new variable, to which gradients can be asked for.
    public func tracked(as name: String = "") -> Tensor {
        Tensor(
            shape: shape, storage: storage,
            node: TapeNode(
                inputs: [], layer: name, gradientRank: gradientShape.count, adjoint: nil))
    }

    /// Shape of a gradient of this tensor: its own, but for a sequence that is constant in time that of
    /// its one step, because all steps are the same number and their gradients add up.
    public var gradientShape: [Int] {
        storageKind == .constantInTime ? Array(shape.dropFirst()) : shape
    }

    /// Gradients of this single number with respect to tracked tensors.
    ///
    /// - Parameter variables: tensors made by ``tracked(as:)`` or results on the way to this one.
    /// - Returns: a dense tensor of each one's ``gradientShape``; zeros where nothing depends on it.
    /// - Complexity: a small constant times the cost of the forward computation.
    public func gradients(for variables: [Tensor]) -> [Tensor] {
        precondition(count == 1, "gradients start from a single number, not from shape \(shape)")
        return pullback(.ones(gradientShape), to: variables, inspect: { _, _ in })
    }

    /// Pulls `gradient` (of this tensor's shape) back to each of `variables`.
    public func pullback(_ gradient: Tensor, to variables: [Tensor]) -> [Tensor] {
        pullback(gradient, to: variables, inspect: { _, _ in })
    }

    /// Name of the layer whose gradient is the first, counted from the loss, that is not finite;
    /// nil if all are finite. Repeats the backward pass, for the message after a failure.
    public func firstLayerWithNonFiniteGradient() -> String? {
        var found: String?
        _ = pullback(.ones(gradientShape), to: []) { layer, gradient in
            if found == nil, !layer.isEmpty, !gradient.isFinite { found = layer }
        }
        return found
    }

    private func pullback(
        _ gradient: Tensor, to variables: [Tensor], inspect: (String, Tensor) -> Void
    ) -> [Tensor] {
        precondition(
            gradient.shape == gradientShape, "gradient \(gradient.shape) for a tensor \(shape)")
        var pending: [UInt64: (node: TapeNode, gradient: Tensor)] = [:]
        var queue = Heap<UInt64>()
        if let node {
            pending[node.sequence] = (node, gradient.detached)
            queue.insert(node.sequence)
        }
        var wanted: [UInt64: Tensor?] = [:]
        for variable in variables {
            if let node = variable.node { wanted[node.sequence] = .some(nil) }
        }
        while let sequence = queue.popMax(),
            let (node, gradient) = pending.removeValue(forKey: sequence)
        {
            inspect(node.layer, gradient)
            if wanted[sequence] != nil { wanted[sequence] = .some(gradient) }
            guard let adjoint = node.adjoint else { continue }
            for (input, partial) in zip(node.inputs, adjoint(gradient)) {
                guard let input, var partial else { continue }
                if input.sums(partial) { partial = partial.detached.sum(axes: [0]) }
                if let earlier = pending[input.sequence] {
                    pending[input.sequence] = (input, earlier.gradient.adding(partial.detached))
                } else {
                    pending[input.sequence] = (input, partial.detached)
                    queue.insert(input.sequence)
                }
            }
        }
        return variables.map { variable in
            if let node = variable.node, let found = wanted[node.sequence], let found {
                return found.dense
            }
            return .zeros(variable.gradientShape)
        }
    }
}
