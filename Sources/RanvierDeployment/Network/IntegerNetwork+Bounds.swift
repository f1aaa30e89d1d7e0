import RanvierSpikes
import RanvierTensors

/// The largest sizes that the numbers of a stage can have, proven from the weights.
public struct IntegerBounds: Sendable, Hashable {
    /// Name of the layer.
    public var name: String
    /// Largest size of what it hands on.
    public var output: Int
    /// Of neurons: the largest size of u before it is saturated.
    public var membrane: Int?
}

extension IntegerNetwork {
    private static let limit = Int(Int32.max)

    /// The largest sizes of all stages, in order.
    ///
    /// - Throws: ``IntegerNetworkError/overflow(layer:what:bound:limit:)`` where 32 bits may not hold a number.
    public func bounds() throws(IntegerNetworkError) -> [IntegerBounds] {
        var largest = input.largestShown
        var all: [IntegerBounds] = []
        for stage in stages {
            var entry = IntegerBounds(name: stage.name, output: 0)
            switch stage {
            case .synapses(let stage):
                largest = stage.largestSum(ofInputsUpTo: largest)
                try Self.require(largest, of: stage.name, "sums")
            case .pooling(let pooling):
                if pooling.rule == .sum { largest *= pooling.window.height * pooling.window.width }
                try Self.require(largest, of: stage.name, "sums")
            case .neurons(let neurons):
                let bound = neurons.largestMembrane(ofSumsUpTo: largest, steps: input.steps)
                try Self.require(bound, of: stage.name, "membranes")
                entry.membrane = bound
                largest = neurons.givesMembrane ? min(bound, 1 << (neurons.stateBits - 1)) : 1
            }
            entry.output = largest
            all.append(entry)
        }
        switch readout.decoder {
        case .spikeCount, .meanMembrane, .summedMembrane:
            let offset = readout.offsets?.map { abs(Int($0)) }.max() ?? 0
            try Self.require(
                largest * input.steps + offset, of: stages.last?.name ?? "", "scores")
        case .firstSpike, .maximumMembrane, .lastMembrane: break
        }
        return all
    }

    private static func require(
        _ bound: Int, of layer: String, _ what: String
    ) throws(IntegerNetworkError) {
        guard bound <= limit else {
            throw .overflow(layer: layer, what: what, bound: bound, limit: limit)
        }
    }
}

extension IntegerNeurons {
    /// The largest size of u before saturation, for sums up to a size and so many steps.
    ///
    /// What saturation holds back bounds the membrane of the step before; without leak it grows with the steps.
    public func largestMembrane(ofSumsUpTo sum: Int, steps: Int) -> Int {
        let heard = sum + (recurrence?.largestSum ?? 0)
        let threshold = Int(thresholds?.max() ?? 0)
        let first = initial?.map { abs(Int($0)) }.max() ?? 0
        // A delayed reset subtracts what the last spike owes.
        let late = reset == .softDelayed ? threshold : 0
        var growing = first + steps * (heard + late)
        if case .shiftFloor(let shift) = leak {
            // The limit of the geometric series, a unit more for each rounding.
            growing = min(growing, first + (heard + late + 1) << shift)
        }
        if let levels {
            // A level up at every step, and never beyond the largest.
            let most = Int(levels.step) * Int(levels.largestCode) + heard + late
            growing = min(growing + steps * Int(levels.step), max(most, first + heard + late))
        }
        let saturated = 1 << (stateBits - 1) + heard + late
        return max(min(growing, saturated), heard + late)
    }
}

extension IntegerNeurons.Recurrence {
    /// The largest size of what the layer's own spikes add to a neuron.
    var largestSum: Int { weights.sums.max() ?? 0 }
}
