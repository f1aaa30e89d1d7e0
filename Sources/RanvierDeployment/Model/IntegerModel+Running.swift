import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// What a sample made a network do.
struct IntegerRecord: Sendable {
    /// What the last stage put out, step by step.
    var outputs: [[Int32]] = []
    /// What each stage was given and what it handed on, step by step; empty where nobody listens.
    var stages: [[IntegerStageStep]] = []
}

extension IntegerModel {
    /// Runs samples on all cores.
    func runs(of shown: [[[Int32]]], records: Bool) -> [IntegerRecord] {
        let count = network.stages.count
        return engine.map(shown) { run, steps in
            var record = IntegerRecord()
            if records { record.stages = Array(repeating: [], count: count) }
            for step in steps {
                record.outputs.append(
                    records
                        ? run.step(step) { record.stages[$0].append($1) } : run.step(step))
            }
            return record
        }
    }

    /// Tells a listener what each layer did, in forward order.
    func report(_ runs: [IntegerRecord], shown: [[[Int32]]], to listener: Listener) {
        let steps = shown.first?.count ?? 0
        var holdsSpikes = network.input.showsSpikes
        var isConstant = network.input.isConstant
        for (index, stage) in network.stages.enumerated() {
            func sequence(_ part: (_ sample: Int, _ step: Int) -> [Int32], _ shape: [Int]) -> Tensor
            {
                var numbers: [Float] = []
                numbers.reserveCapacity(steps * runs.count * shape.reduce(1, *))
                for step in 0..<steps {
                    for sample in runs.indices {
                        numbers += part(sample, step).map { Float($0) }
                    }
                }
                return Tensor(numbers, shape: [steps, runs.count] + shape)
            }
            switch stage {
            case .pooling: break
            case .synapses(let synapses):
                var input = sequence(
                    { sample, step in
                        index == 0
                            ? shown[sample][step] : runs[sample].stages[index - 1][step].output
                    }, synapses.inputShape)
                if holdsSpikes { input = input.packedAsSpikes }
                if isConstant, !holdsSpikes, steps > 0 {
                    input = input.step(at: 0).repeatedInTime(steps: steps)
                }
                listener.hears(
                    stage.name,
                    .operations(
                        OperationCount(
                            of: input, fanOut: synapses.fanOut,
                            signal: Signal(holdsSpikes ? .spikes : .values))))
                isConstant = false
            case .neurons(let neurons):
                if neurons.recurrence != nil {
                    listener.hears(
                        stage.name,
                        .operations(
                            OperationCount(
                                synaptic: runs.reduce(0) { count, run in
                                    run.stages[index].reduce(count) { $0 + $1.additions }
                                })))
                }
                holdsSpikes = !neurons.givesMembrane
                let output = sequence(
                    { sample, step in
                        let done = runs[sample].stages[index][step]
                        return neurons.thresholds == nil ? done.output : done.spikes
                    }, neurons.shape)
                listener.hears(
                    stage.name,
                    neurons.thresholds == nil ? .values(output) : .spikes(output.packedAsSpikes))
            }
        }
    }
}

/// An integer model that is shown one row after the other.
struct IntegerStream: ModelStream {
    let model: IntegerModel
    private(set) var steps = 0
    private var run: IntegerEngineRun

    init(model: IntegerModel) {
        self.model = model
        run = model.engine.start()
    }

    /// Membranes by layer.
    var state: LayerState {
        var state = LayerState()
        for (index, stage) in model.network.stages.enumerated() {
            guard case .neurons(let neurons) = stage else { continue }
            state["\(neurons.name).membrane"] = Tensor(
                run.membranes(of: index).map { Float($0) }, shape: [1] + neurons.shape)
        }
        return state
    }

    mutating func step(_ row: [Float]) throws -> [Float] {
        let input = model.network.input
        guard row.count == input.rowCount else {
            throw ModelError.row(expected: input.rowCount, found: row.count)
        }
        var values = Tensor(
            row, shape: input.rows == 1 ? [1] + model.signature.inputShape : [1] + input.rowShape)
        if let scaling = model.signature.scaling { values = scaling(values) }
        run.show(model.numbers(of: values.scalars))
        steps += 1
        let readout = model.network.readout
        let share =
            readout.decoder == .meanMembrane ? 1 / Double(max(steps * input.stepsPerRow, 1)) : 1
        let scores = run.scores.map { score -> Float in
            readout.decoder == .firstSpike
                ? Float(score) : Float(Double(score) * readout.scale * share)
        }
        return model.signature.task.answers(of: Tensor(scores, shape: [1, scores.count])).scalars
    }
}
