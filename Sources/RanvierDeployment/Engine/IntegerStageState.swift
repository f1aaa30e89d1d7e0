import RanvierNetworks
import RanvierTensors

/// What a stage did at a step.
public struct IntegerStageStep: Sendable, Hashable {
    /// What it hands on: spikes, sums, or membranes.
    public var output: [Int32]
    /// Of neurons with thresholds: which of them fired, also where membranes are handed on.
    public var spikes: [Int32] = []
    /// Of neurons: u, which is compared with the threshold.
    public var membranes: [Int32] = []
    /// Of neurons: how many were saturated.
    public var saturated = 0
    /// Additions of weights.
    public var additions = 0
}

/// What a stage keeps from one step to the next.
public struct IntegerStageState: Sendable, Hashable {
    /// Membranes of neurons.
    public internal(set) var membranes: [Int32] = []
    /// Last spikes of neurons that hear themselves, or owe a reset.
    var spikes: [Int32] = []
    /// Steps that neurons still wait.
    var waiting: [Int32] = []
    /// Sums of delayed synapses that are still to come, soonest first.
    var pending: [[Int32]] = []

    init(of stage: IntegerStage) {
        switch stage {
        case .pooling: break
        case .synapses(let stage):
            let outputs = stage.outputShape.reduce(1, *)
            pending = Array(
                repeating: [Int32](repeating: 0, count: outputs), count: stage.longestDelay)
        case .neurons(let stage):
            membranes = (0..<stage.count).map { stage.initial?[$0 % stage.channels] ?? 0 }
            if stage.recurrence != nil || stage.reset == .softDelayed {
                spikes = [Int32](repeating: 0, count: stage.count)
            }
            if stage.refractorySteps > 0 { waiting = [Int32](repeating: 0, count: stage.count) }
        }
    }

    /// One step of the stage.
    mutating func step(_ stage: IntegerStage, _ input: [Int32]) -> IntegerStageStep {
        switch stage {
        case .synapses(let stage): step(stage, input)
        case .pooling(let stage): IntegerStageStep(output: stage.pooled(input))
        case .neurons(let stage): step(stage, input)
        }
    }

    private mutating func step(_ stage: IntegerSynapses, _ input: [Int32]) -> IntegerStageStep {
        var additions = 0
        var sums: [[Int32]] = pending
        let outputs = stage.outputShape.reduce(1, *)
        sums.append([Int32](repeating: 0, count: outputs))
        stage.forEachSynapse(of: input) { output, code, delay, value in
            sums[delay][output] += (Int32(code) << Int32(stage.weights.shift)) * value
            additions += 1
        }
        var now = sums.removeFirst()
        pending = sums
        if let biases = stage.biases {
            for index in now.indices { now[index] += biases[index % biases.count] }
        }
        return IntegerStageStep(output: now, additions: additions)
    }

    /// One step of neurons whose thresholds, one for each, may have moved.
    mutating func step(
        _ stage: IntegerStage, _ input: [Int32], thresholds: [Int32]?
    ) -> IntegerStageStep {
        guard case .neurons(let neurons) = stage else { return step(stage, input) }
        return step(neurons, input, thresholds: thresholds)
    }

    private mutating func step(
        _ stage: IntegerNeurons, _ input: [Int32], thresholds: [Int32]? = nil
    ) -> IntegerStageStep {
        var result = IntegerStageStep(output: [Int32](repeating: 0, count: stage.count))
        result.membranes = result.output
        if stage.thresholds != nil { result.spikes = result.output }
        var currents = input
        if let recurrence = stage.recurrence {
            result.additions = recurrence.add(spikes, to: &currents, channels: stage.channels)
        }
        let limits = stage.limits
        for index in 0..<stage.count {
            let channel = index % stage.channels
            let threshold = thresholds?[index] ?? stage.thresholds?[channel]
            let isWaiting = !waiting.isEmpty && waiting[index] > 0
            var u = Int64(membranes[index])
            if !isWaiting {
                u = Int64(stage.kept(membranes[index])) + Int64(currents[index])
                if stage.reset == .softDelayed, let threshold {
                    u -= Int64(threshold) * Int64(spikes[index])
                }
            }
            let membrane = Int32(
                min(max(u, Int64(limits.lowerBound)), Int64(limits.upperBound)))
            if Int64(membrane) != u { result.saturated += 1 }
            let spikes =
                !isWaiting && (threshold.map { stage.fires(membrane, threshold: $0) } ?? false)
            membranes[index] = membrane
            if spikes, let threshold {
                switch stage.reset {
                case .hard: membranes[index] = 0
                case .soft: membranes[index] = membrane - threshold
                case .softDelayed: break
                }
            }
            if !waiting.isEmpty {
                waiting[index] =
                    spikes ? Int32(stage.refractorySteps) : max(waiting[index] - 1, 0)
            }
            if !self.spikes.isEmpty { self.spikes[index] = spikes ? 1 : 0 }
            result.membranes[index] = membrane
            if stage.thresholds != nil { result.spikes[index] = spikes ? 1 : 0 }
            result.output[index] = stage.givesMembrane ? membrane : spikes ? 1 : 0
        }
        return result
    }
}

extension IntegerNeurons.Recurrence {
    /// Adds what spikes of the last step cause, and tells the number of additions.
    func add(_ spikes: [Int32], to currents: inout [Int32], channels: Int) -> Int {
        let weights = weights
        var additions = 0
        for index in spikes.indices where spikes[index] != 0 {
            switch self {
            case .allToAll:
                for target in currents.indices {
                    let code = weights.codes[index * currents.count + target]
                    guard code != 0 else { continue }
                    currents[target] += Int32(code) << Int32(weights.shift)
                    additions += 1
                }
            case .oneToOne:
                let code = weights.codes[index % channels]
                guard code != 0 else { continue }
                currents[index] += Int32(code) << Int32(weights.shift)
                additions += 1
            }
        }
        return additions
    }
}

extension IntegerSynapses {
    /// Visits the synapses of all inputs that are not 0, of weights that are not 0.
    func forEachSynapse(
        of input: [Int32],
        _ body: (_ output: Int, _ code: Int8, _ delay: Int, _ value: Int32) -> Void
    ) {
        switch geometry {
        case .dense(_, let outputs):
            for (index, value) in input.enumerated() where value != 0 {
                for output in 0..<outputs {
                    let place = index * outputs + output
                    let code = weights.codes[place]
                    guard code != 0 else { continue }
                    body(output, code, delays.map { Int($0[place]) } ?? 0, value)
                }
            }
        case .convolution(let shape):
            let window = shape.window
            let inGroup = shape.inputChannels / shape.groups
            let outGroup = shape.outputChannels / shape.groups
            for (index, value) in input.enumerated() where value != 0 {
                let channel = index % shape.inputChannels
                let column = index / shape.inputChannels % shape.width
                let row = index / shape.inputChannels / shape.width
                let group = channel / inGroup
                for k in 0..<window.height {
                    let (y, restY) = (row + window.paddingHeight - k)
                        .quotientAndRemainder(dividingBy: window.strideHeight)
                    guard restY == 0, (0..<shape.outputHeight).contains(y) else { continue }
                    for l in 0..<window.width {
                        let (x, restX) = (column + window.paddingWidth - l)
                            .quotientAndRemainder(dividingBy: window.strideWidth)
                        guard restX == 0, (0..<shape.outputWidth).contains(x) else { continue }
                        let place =
                            ((k * window.width + l) * inGroup + channel % inGroup)
                            * shape.outputChannels
                        for output in group * outGroup..<(group + 1) * outGroup {
                            let code = weights.codes[place + output]
                            guard code != 0 else { continue }
                            body(
                                (y * shape.outputWidth + x) * shape.outputChannels + output, code,
                                0, value)
                        }
                    }
                }
            }
        }
    }
}

extension IntegerPooling {
    /// The largest, or the sum, of each window.
    func pooled(_ input: [Int32]) -> [Int32] {
        let channels = inputShape[2], height = inputShape[0], width = inputShape[1]
        var output: [Int32] = []
        output.reserveCapacity(outputShape.reduce(1, *))
        for y in 0..<outputShape[0] {
            for x in 0..<outputShape[1] {
                for channel in 0..<channels {
                    var found: Int32?
                    for k in 0..<window.height {
                        let row = y * window.strideHeight + k - window.paddingHeight
                        guard (0..<height).contains(row) else { continue }
                        for l in 0..<window.width {
                            let column = x * window.strideWidth + l - window.paddingWidth
                            guard (0..<width).contains(column) else { continue }
                            let value = input[(row * width + column) * channels + channel]
                            found =
                                found.map { rule == .maximum ? max($0, value) : $0 + value }
                                ?? value
                        }
                    }
                    output.append(found ?? 0)
                }
            }
        }
        return output
    }
}
