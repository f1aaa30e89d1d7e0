import RanvierConfiguration
import RanvierTensors
import Synchronization

/// A view that lets through some connections and not others.
///
///     ŵ = m ⊙ w,   m ∈ {0, 1};   ∂L/∂w = m ⊙ ∂L/∂ŵ
///
/// The stored weight behind a zero of the mask is zero, too: no optimiser, momentum or decay moves it.
public struct Mask: ParameterView {
    /// `mask`.
    public static let kind = "mask"
    /// Before all others.
    public static let rank = 0
    /// Ones where a connection is, zeros elsewhere; of the parameter's shape.
    public let alive: Tensor

    private let found: Found

    /// What products want to know of a mask: found when it is first asked for, once for all copies.
    private final class Found: Sendable {
        let living = Mutex<LivingWeights?>(nil)
    }

    /// A mask of zeros and ones.
    public init(_ alive: Tensor) {
        precondition(
            alive.withUnsafeScalars { $0.allSatisfy { $0 == 0 || $0 == 1 } },
            "a mask holds zeros and ones only")
        self.alive = alive.detached.dense
        found = Found()
    }

    /// Which inputs and outputs have any weight left, and which weights there are.
    package var living: LivingWeights {
        found.living.withLock { living in
            if let living { return living }
            let new = LivingWeights(alive)
            living = new
            return new
        }
    }

    /// A mask that keeps the weights of largest size.
    ///
    /// - Parameter count: how many are kept; of equal ones the first.
    public init(keeping count: Int, largestOf weights: Tensor) {
        let values = weights.scalars
        let order = values.indices.sorted { (-abs(values[$0]), $0) < (-abs(values[$1]), $1) }
        var alive = [Float](repeating: 0, count: values.count)
        for index in order.prefix(count) { alive[index] = 1 }
        self.init(Tensor(alive, shape: weights.shape))
    }

    /// Number of connections that are there.
    public var count: Int { living.count }

    /// Weights of connections that are not there are zero.
    public func seen(_ stored: Tensor) -> Tensor {
        let living = living
        return Tape.record(living.kept(stored), inputs: [stored]) { [living.kept($0)] }
    }

    /// As they are, because those that are not there are zero already; only gradients are masked.
    public func seenProjected(_ stored: Tensor) -> Tensor {
        guard stored.isTracked else { return stored }
        let living = living
        return Tape.record(stored.detached, inputs: [stored]) { [living.kept($0)] }
    }

    /// Those of the mask.
    public func connections(of alive: Tensor?) -> Tensor? {
        alive.map { $0 * self.alive } ?? self.alive
    }

    /// The same.
    public func projected(_ stored: Tensor) -> Tensor { living.kept(stored) }

    /// True.
    public var seesNumbersAlone: Bool { true }

    /// `alive`.
    public var tensors: [String: Tensor] { ["alive": alive] }
}
