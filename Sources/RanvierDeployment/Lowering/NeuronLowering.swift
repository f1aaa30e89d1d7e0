import Foundation
import RanvierCompression
import RanvierNetworks
import RanvierTensors

/// Neurons of whole numbers as integers.
struct NeuronLowering {
    let layer: any Layer
    let name: String
    /// Shape of the neurons.
    let shape: [Int]
    let timeStep: Double

    func neurons() throws -> IntegerNeurons {
        switch layer {
        case let layer as WholeNumberIntegrator:
            return try IntegerNeurons(
                name: name, shape: shape, thresholds: nil,
                leak: layer.options.shift.map { .shiftFloor($0) }
                    ?? layer.options.multiplier.map { .multiply(4096 - $0) } ?? .none)
        case let layer as IntegrateAndFire:
            return try population(
                layer.dynamics, thresholds: layer.thresholds, leak: 1,
                first: layer.firstMembrane(for: aStep))
        case let layer as RecurrentLIF:
            guard layer.options.synapticLeak == nil, layer.options.adaptationStrength == 0 else {
                throw refuse("it has a synaptic current or an adapting threshold")
            }
            let numbers = layer.populationParameters(timeStep: timeStep)
            let weights = try SynapseLowering(layer: layer, name: name, shape: shape)
                .integerWeights(layer.weights, shape: layer.weights.shape)
            return try population(
                layer.dynamics, thresholds: layer.thresholds,
                leak: Double(numbers.leak.detached.scalar), first: nil,
                recurrence: layer.connection == .allToAll
                    ? .allToAll(weights) : .oneToOne(weights))
        case let layer as LIF:
            let dynamics = layer.dynamics
            guard dynamics.inputScale == .unit else {
                throw refuse("its input is scaled; fold the network to whole numbers first")
            }
            let factor = Double(layer.leakFactor(timeStep: timeStep).detached.scalar)
            let (leak, levels) = try decay(factor, dynamics.membrane)
            return try IntegerNeurons(
                name: name, shape: shape, thresholds: try thresholds(layer.thresholds),
                initial: try initial(layer.firstMembrane(for: aStep)), leak: leak,
                reset: try reset(dynamics.reset), comparison: comparison(dynamics.tie),
                levels: levels, givesMembrane: layer.output == .membrane)
        default: throw refuse("it is no kind of neuron that is known here")
        }
    }

    private func refuse(_ reason: String) -> LoweringError {
        .layer(name: name, kind: type(of: layer).kind, reason: reason)
    }

    private var aStep: Tensor { .zeros([1, 1] + shape) }
    private var channels: Int { shape.last ?? 1 }

    private func population(
        _ dynamics: PopulationDynamics, thresholds: Tensor, leak: Double, first: Tensor?,
        recurrence: IntegerNeurons.Recurrence? = nil
    ) throws -> IntegerNeurons {
        guard dynamics.inputScale == .unit else {
            throw refuse("its input is scaled; fold the network to whole numbers first")
        }
        let (leak, levels) = try decay(leak, dynamics.membrane)
        return try IntegerNeurons(
            name: name, shape: shape, thresholds: try self.thresholds(thresholds),
            initial: try initial(first), leak: leak, reset: try reset(dynamics.reset),
            comparison: comparison(dynamics.tie), refractorySteps: dynamics.refractorySteps,
            levels: levels, recurrence: recurrence)
    }

    private func comparison(_ tie: TieRule) -> IntegerNeurons.Comparison {
        switch tie {
        case .fires: .atLeast
        case .silent: .above
        }
    }

    private func reset(_ reset: RanvierNetworks.Reset) throws -> IntegerNeurons.Reset {
        switch reset {
        case .soft: return .soft
        case .softDelayed: return .softDelayed
        case .hard(let potential):
            guard potential == 0 else { throw refuse("it is reset to \(potential), not to 0") }
            return .hard
        }
    }

    private func thresholds(_ tensor: Tensor) throws -> [Int32] {
        let numbers = tensor.detached.scalars
        return try (0..<channels).map { channel in
            let value = numbers[numbers.count == 1 ? 0 : channel]
            guard let number = Int32(exactly: value), number > 0 else {
                throw refuse(
                    "its threshold is \(value), no whole number above 0; fold the network to whole numbers "
                        + "first")
            }
            return number
        }
    }

    /// What lies between two whole numbers decides nothing where only whole numbers are added and compared, as for neurons without leak
    /// and with a soft reset, which alone begin elsewhere than at 0.
    private func initial(_ state: Tensor?) throws -> [Int32]? {
        guard let numbers = state?.detached.scalars else { return nil }
        return (0..<channels).map { Int32(numbers[$0].rounded(.down)) }
    }

    /// The leak as an integer rule, and levels that are more than whole numbers.
    private func decay(
        _ factor: Double, _ levels: MembraneLevels?
    ) throws -> (IntegerNeurons.Leak, IntegerNeurons.Levels?) {
        let shift = (0...15).first { abs(factor - (1 - exp2(-Double($0)))) < 1e-7 }
        guard let levels else {
            guard factor == 1 else {
                throw refuse("it leaks without rounding; fold the network to whole numbers first")
            }
            return (.none, nil)
        }
        if levels == .wholeNumbersTowardsZero {
            let kept = (factor * 4096).rounded()
            guard (0...4096).contains(kept), abs(factor - kept / 4096) < 1e-6 else {
                throw refuse("its leak of \(factor) is no part of 4096")
            }
            return (.multiply(4096 - Int(kept)), nil)
        }
        guard factor == 1 || shift != nil else {
            throw refuse("its leak of \(factor) is no shift 1 − 2^−k")
        }
        let leak: IntegerNeurons.Leak = shift.map { .shiftFloor($0) } ?? .none
        guard levels != .wholeNumbers else { return (leak, nil) }
        guard levels.placement == .uniform, levels.rounding != .towardsZero,
            let step = Int32(exactly: levels.uniformStep), step > 0,
            let bits = levels.bits
        else { throw refuse("the levels of its membrane are no whole numbers") }
        return (
            leak,
            IntegerNeurons.Levels(step: step, bits: bits, roundsUp: levels.rounding == .up)
        )
    }
}
