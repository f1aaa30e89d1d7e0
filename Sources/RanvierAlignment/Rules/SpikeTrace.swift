import Foundation

/// What a synapse still knows of a neuron's past: a value that events raise and time lets fall.
///
///     x ← x exp(−Δt / τ);   at an event z:   x ← x + z (all), or x ← z (the last alone)
///
/// The time constant may be 0, for a trace that knows the present alone.
public struct SpikeTrace: Hashable, Sendable {
    /// What an event does.
    public enum Form: String, CaseIterable, Hashable, Sendable {
        /// It is added: every event counts.
        case all
        /// It takes the place of what was: the last event counts.
        case last
    }

    /// What an event does.
    public let form: Form
    /// τ, in the unit of the times.
    public let timeConstant: Double
    /// The value now.
    public private(set) var value = 0.0

    /// A trace of nothing yet.
    public init(_ form: Form = .all, timeConstant: Double) {
        precondition(timeConstant >= 0, "a time constant is not below 0")
        self.form = form
        self.timeConstant = timeConstant
    }

    /// A trace that falls by a factor in a unit of time.
    public init(_ form: Form = .all, decay: Double) {
        precondition(decay >= 0 && decay < 1, "a decay lies in 0..<1")
        self.init(form, timeConstant: decay > 0 ? -1 / log(decay) : 0)
    }

    /// Lets time pass.
    public mutating func pass(_ elapsed: Double) {
        if elapsed > 0 { value *= exp(-elapsed / timeConstant) }
    }

    /// Takes an event: 1 for a spike, or any number.
    public mutating func add(_ event: Double) {
        switch form {
        case .all: value += event
        case .last: if event != 0 { value = event }
        }
    }
}
