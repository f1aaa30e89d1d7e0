import RanvierConfiguration
import RanvierData
import RanvierNetworks

/// A method that moves parameters by steps of an optimiser and can be led through parts of a course, each with an optimiser and a
/// schedule that begin anew: what pruning and quantising train with.
///
/// The parameters of the layers may be seen through masks and quantisers while the method trains.
public protocol GradientMethod: LearningMethod {
    /// The parameters of the layers in order, without the numbers that their views bring along.
    var layerParameters: [Parameter] { get }

    /// Forgets what the optimiser has gathered.
    ///
    /// - Parameter learningRate: from now on; nil for the one that the method was made with.
    mutating func restart(learningRate: Float?) throws

    /// Trains for one epoch of a part of a course: what is drawn goes by the epoch, schedules go by its place in the part.
    ///
    /// - Parameters:
    ///   - epoch: from 0, in the course.
    ///   - part: epochs of the part.
    mutating func epoch(_ epoch: Int, in part: Range<Int>, on data: Dataset, hooks: Hooks) throws
        -> EpochReport

    /// Leaves the statistics of normalisations as they are from now on, or lets them follow again.
    ///
    /// - Throws: ``TrainingError/mismatch(what:expected:found:)`` where there are none to leave.
    mutating func freezeNormalization(_ isFrozen: Bool) throws

    /// Steps of a sequence; nil for a network without a clock.
    var steps: Int? { get }

    /// Shows samples for another number of steps from now on.
    ///
    /// - Throws: ``TrainingError/mismatch(what:expected:found:)`` where the network or its encoder has no such choice.
    mutating func show(steps: Int, registry: Registry) throws
}

extension GradientMethod {
    /// One pass of a course that is one part.
    public mutating func epoch(
        _ epoch: Int, of epochs: Int, on data: Dataset, hooks: Hooks
    ) throws -> EpochReport {
        try self.epoch(epoch, in: 0..<epochs, on: data, hooks: hooks)
    }

    /// Refused.
    public mutating func freezeNormalization(_ isFrozen: Bool) throws {
        guard isFrozen else { return }
        throw TrainingError.mismatch(
            what: "freeze-normalization", expected: "a network with batch normalisation",
            found: "the method '\(Self.name)', which has none")
    }

    /// None.
    public var steps: Int? { nil }

    /// Refused.
    public mutating func show(steps: Int, registry: Registry) throws {
        throw TrainingError.mismatch(
            what: "steps of a sequence",
            expected: "a network on a clock, whose steps can be chosen",
            found: "the method '\(Self.name)'")
    }
}
