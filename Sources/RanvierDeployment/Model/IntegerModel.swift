import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// A network of integers as the one ruler sees it: what a microcontroller answers, evaluated, streamed, stored and compared as
/// any other model.
///
///     let lowered = try IntegerLowering().apply(to: folded.model)
///     print(try lowered.model.evaluate(on: data.test))
///
/// Samples are scaled as the signature says, counted as the sensor counts them (``IntegerInput``), and shown row by row.
public struct IntegerModel: SpikingModel {
    /// `integer`.
    public static let kind = "integer"

    /// The network.
    public var network: IntegerNetwork { engine.network }
    /// The network made ready for this computer.
    public private(set) var engine: IntegerEngine
    /// The loss the model learned by, which also reads its scores.
    public let loss: any Loss
    /// Seconds of a step.
    public let timeStep: Double
    /// What goes in and what comes out.
    public var signature: ModelSignature
    /// Samples at once in evaluation.
    public let batchSize: Int

    /// A model of a network.
    ///
    /// - Throws: ``IntegerNetworkError`` where samples, outputs or the loss do not belong to the network, and for numbers that a
    ///   stored model does not hold exactly.
    public init(
        network: IntegerNetwork, loss: any Loss, timeStep: Double, signature: ModelSignature,
        batchSize: Int = 128
    ) throws(IntegerNetworkError) {
        let values = network.input.rows * network.input.rowCount
        guard signature.inputShape.reduce(1, *) == values else {
            throw .interface(
                what: "values of a sample", expected: "\(values), as the network takes",
                found: "\(signature.inputShape)")
        }
        guard signature.task.outputNames.count == network.outputs else {
            throw .interface(
                what: "outputs", expected: "\(network.outputs), as many as the network has",
                found: "\(signature.task.outputNames.count)")
        }
        guard loss.decoder == network.readout.decoder else {
            throw .interface(
                what: "read-out", expected: network.readout.decoder.rawValue,
                found: loss.decoder.rawValue)
        }
        _ = try StoredIntegers.tensors(of: network)
        engine = IntegerEngine(network)
        self.loss = loss
        self.timeStep = timeStep
        self.signature = signature
        self.batchSize = batchSize
    }

    /// It spikes.
    public var family: NetworkFamily { .spiking }

    /// Values of a sample, scaled already, as the numbers that a device is handed: `clip(round(L x))`, half to even.
    public func numbers(of values: [Float]) -> [Int32] {
        let levels = Float(network.input.levels), range = network.input.range
        let lowest = Float(range.lowerBound), largest = Float(range.upperBound)
        return values.map {
            Int32(min(max(($0 * levels).rounded(.toNearestOrEven), lowest), largest))
        }
    }

    /// Answers, the loss of the batch, and what the layers report.
    public func respond(to batch: Batch, listener: Listener?) throws -> Responses {
        try respond(to: batch, listener: listener, changing: nil)
    }

    /// The same where what the first layer is shown, in units of the values, is changed before.
    public func respond(
        to batch: Batch, listener: Listener?, changing change: (Tensor) -> Tensor
    ) throws -> Responses {
        try withoutActuallyEscaping(change) {
            try respond(to: batch, listener: listener, changing: Optional($0))
        }
    }

    private func respond(
        to batch: Batch, listener: Listener?, changing change: ((Tensor) -> Tensor)?
    ) throws -> Responses {
        let values = batch.features.dense.scalars, count = batch.count
        let width = values.count / max(count, 1)
        var shown = (0..<count).map { sample in
            shownSteps(of: numbers(of: Array(values[sample * width..<(sample + 1) * width])))
        }
        if let change { shown = counted(change(sequence(shown))) }
        let runs = runs(of: shown, records: listener != nil)
        let steps = shown.first?.count ?? network.input.steps, outputs = network.outputs
        var output = [Float](repeating: 0, count: steps * count * outputs)
        let scale = Float(network.readout.scale)
        for (sample, run) in runs.enumerated() {
            for step in 0..<steps {
                for index in 0..<outputs {
                    output[(step * count + sample) * outputs + index] =
                        Float(run.outputs[step][index]) * scale
                }
            }
        }
        let sequence = Tensor(output, shape: [steps, count, outputs])
        if let listener { report(runs, shown: shown, to: listener) }
        let scores = scores(of: sequence)
        let answers = signature.task.answers(of: scores).scalars
        let answerWidth = answers.count / max(count, 1)
        var responses = Responses(
            answers: (0..<count).map {
                Array(answers[$0 * answerWidth..<($0 + 1) * answerWidth])
            }, loss: .nan)
        let targets = signature.task.trainingTargets(batch.targets)
        if loss.accepts(targets) {
            responses.loss = Double(loss.value(of: sequence, targets: targets).scalar)
        }
        return responses
    }

    /// What the loss reads, with the offsets that are added once.
    private func scores(of output: Tensor) -> Tensor {
        let scores = loss.decoder.scores(of: output)
        guard let offsets = network.readout.offsets else { return scores }
        let share: Double =
            loss.decoder == .meanMembrane ? 1 / Double(max(output.shape[0], 1)) : 1
        let unit = network.readout.scale * share
        return scores + Tensor(offsets.map { Float(Double($0) * unit) }, shape: [offsets.count])
    }

    // MARK: - Steps

    /// What the first layer is shown of a sample, step by step.
    private func shownSteps(of sample: [Int32]) -> [[Int32]] {
        let width = network.input.rowCount
        var encoder = IntegerRowEncoder(network.input)
        return (0..<network.input.rows).flatMap {
            encoder.shown(Array(sample[$0 * width..<($0 + 1) * width]))
        }
    }

    /// What one unit of what is shown stands for.
    private var shownUnit: Float {
        if case .numbers = network.input.encoding { Float(network.input.levels) } else { 1 }
    }

    private func sequence(_ shown: [[[Int32]]]) -> Tensor {
        let steps = shown.first?.count ?? 0, shape = network.input.shownShape
        var numbers: [Float] = []
        for step in 0..<steps {
            for sample in shown { numbers += sample[step].map { Float($0) / shownUnit } }
        }
        return Tensor(numbers, shape: [steps, shown.count] + shape)
    }

    /// A changed sequence as numbers again, within what the first layer may be shown.
    private func counted(_ sequence: Tensor) -> [[[Int32]]] {
        let steps = sequence.shape[0], count = sequence.shape[1]
        let width = network.input.shownShape.reduce(1, *), scalars = sequence.dense.scalars
        let range = network.input.range
        let isNumber = shownUnit != 1 || !network.input.showsSpikes
        let lowest = isNumber ? Float(min(range.lowerBound, 0)) : 0
        let largest = Float(network.input.largestShown)
        return (0..<count).map { sample in
            (0..<steps).map { step in
                let first = (step * count + sample) * width
                return scalars[first..<first + width].map {
                    Int32(
                        min(max(($0 * shownUnit).rounded(.toNearestOrEven), lowest), largest))
                }
            }
        }
    }

    // MARK: - Stream

    /// The model before the first row of a stream.
    public func stream() throws -> any ModelStream {
        if network.input.rows > 1, signature.scaling?.scope == .perFeature {
            throw ModelError.noStream(
                model: "a network whose values are scaled per feature",
                reason: "each step has a scale of its own; train with 'standard-per-channel' or "
                    + "'standard-together'")
        }
        return IntegerStream(model: self)
    }

    // MARK: - The model as a value

    /// Takes over stored numbers.
    public mutating func restore(_ parameters: [String: Tensor]) throws {
        engine = IntegerEngine(
            try IntegerNetwork(
                IntegerDescription(network), numbers: StoredIntegers(parameters, at: "parameters")))
    }

    /// The same network with the codes of each layer in another order, drawn by chance: masks and thresholds stay.
    public func untrained(seed: UInt64, registry: Registry) throws -> any SpikingModel {
        var tensors = parameters
        let stream = RandomStream(seed: seed, name: "untrained")
        for name in tensors.keys.sorted() where name.hasSuffix(".weights") {
            guard let weights = tensors[name] else { continue }
            let alive = tensors["\(name)-mask"]?.scalars.map { $0 == 1 }
            let places = weights.scalars.indices.filter { alive?[$0] ?? true }
            var codes = weights.scalars
            let order = stream.permutation(count: places.count)
            for (place, source) in zip(places, order) {
                codes[place] = weights.scalars[places[source]]
            }
            tensors[name] = Tensor(codes, shape: weights.shape)
        }
        var copy = self
        try copy.restore(tensors)
        return copy
    }
}
