import Ranvier
import RanvierAnalysis
import RanvierCompression
import RanvierData
import RanvierDeployment
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// Measures a trained network as it is, in integers, and as C on boards.
struct FormatsMeasurement {
    /// For scales and the range of what comes in.
    let training: Dataset
    /// The samples that are answered.
    let test: Dataset
    /// Test samples that are shown to boards.
    let boardSamples: Int
    let events: WorkEvents
    /// Bits of a number that comes in; nil for 8.
    var inputBits: Int?
    /// Processors that programs are compiled for.
    var targets = FormatsSetting.targets

    /// - Parameters:
    ///   - dense: the network in floats that firing rates are held against; nil for none.
    func outcome(
        _ kind: FormatsOutcome.Kind, of model: any SpikingModel, beside dense: (any SpikingModel)?
    ) throws -> FormatsOutcome {
        let evaluation = try model.evaluate(on: test, intervals: false)
        let connections = model.storage.filter { $0.connections != nil }
        let all = connections.reduce(0) { $0 + ($1.connections?.all ?? 0) }
        let living = connections.reduce(0) { $0 + ($1.connections?.living ?? 0) }
        var outcome = FormatsOutcome(
            kind: kind, bits: 32, sparsity: 1 - Double(living) / Double(max(all, 1)),
            storedBytes: model.storage.reduce(0) { $0 + $1.bytes },
            trained: try accuracy(of: evaluation),
            cost: cost(
                of: model, evaluation, seconds: try model.secondsPerSample(on: test)))
        guard kind != .float else { return outcome }
        var preparation = DevicePreparation()
        preparation.inputBits = inputBits
        let prepared: PreparedModel
        do {
            prepared = try preparation.prepare(model, calibration: training, in: .standard)
        } catch let error as FoldingError {
            // A network that no whole numbers hold is a finding, not the end of a study.
            events.warning("\(kind.rawValue) is left as it is: \(error)")
            outcome.obstacle = "\(error)"
            return outcome
        }
        for warning in prepared.warnings { events.warning("\(kind.rawValue): \(warning)") }
        let storage = prepared.model.network.synapses.map(\.weights)
        outcome.bits = storage.map(\.bits).max() ?? 0
        outcome.sparsity =
            1 - Double(storage.reduce(0) { $0 + $1.additions })
            / Double(max(storage.reduce(0) { $0 + $1.codes.count }, 1))
        outcome.integers = try integers(prepared, kind, trained: evaluation, dense: dense)
        return outcome
    }

    // MARK: - Integers

    private func integers(
        _ prepared: PreparedModel, _ kind: FormatsOutcome.Kind, trained: Evaluation,
        dense: (any SpikingModel)?
    ) throws -> FormatsOutcome.Integers {
        let model = prepared.model, network = model.network
        let evaluation = try model.evaluate(on: test, intervals: false)
        let same = zip(evaluation.answers, trained.answers).count { $0.largest == $1.largest }
        let (places, differing) = try prepared.whole.map { try spikes(of: model, $0) } ?? (0, 0)
        let shown = try model.prepared(test.prefix(boardSamples))
        let samples = (0..<shown.count).map { model.numbers(of: shown.values(ofSample: $0)) }
        let scores = model.engine.scores(of: samples)
        let programs = try [
            (CExportOptions.Goal.size, CompilerOptimization.size), (.speed, .speed),
        ].map { goal, optimization in
            try program(network, samples, scores, goal, optimization)
        }
        let whole = try whole(network, samples)
        return FormatsOutcome.Integers(
            accuracy: try accuracy(of: evaluation),
            difference: try evaluation.differences(from: trained).first,
            sameAnswers: Double(same) / Double(max(test.count, 1)), places: places,
            differing: differing,
            distances: try dense.map {
                try FiringRateDistance(from: $0, to: model, on: test).layers
            } ?? [],
            cost: cost(of: model, evaluation, seconds: seconds(of: model.engine, samples)),
            programs: programs, whole: whole,
            rowBytes: rowBytes(of: network),
            plain: kind == .eight ? try plain(network, samples, scores) : nil,
            steps: inputSteps + prepared.steps)
    }

    private var inputSteps: [String] {
        inputBits.map { ["numbers that come in have \($0) bits by choice"] } ?? []
    }

    /// Neuron by neuron and step by step: how many places there are, and in how many only one of the two spikes.
    private func spikes(
        of model: any SpikingModel, _ other: any SpikingModel
    ) throws -> (places: Int, differing: Int) {
        func rasters(_ model: any SpikingModel) throws -> [String: [Float]] {
            var found: [String: [Float]] = [:]
            let listener = Listener(.signals(bins: 100)) { layer, observation in
                if case .spikes(let spikes) = observation {
                    found[layer, default: []] += spikes.dense.scalars
                }
            }
            let data = try model.prepared(test.prefix(256))
            for batch in Batches(data, size: 64) {
                _ = try model.respond(to: batch, listener: listener)
            }
            return found
        }
        let own = try rasters(model), theirs = try rasters(other)
        var places = 0, differing = 0
        for (layer, raster) in own {
            let others = theirs[layer] ?? []
            places += raster.count
            differing +=
                zip(raster, others).count { $0 != $1 } + abs(raster.count - others.count)
        }
        return (places, differing)
    }

    // MARK: - Programs

    private func program(
        _ network: IntegerNetwork, _ samples: [[Int32]], _ scores: [[Int32]],
        _ goal: CExportOptions.Goal, _ optimization: CompilerOptimization
    ) throws -> FormatsOutcome.Program {
        let export = try CExport(
            network: network, samples: Array(samples.prefix(8)),
            options: CExportOptions(goal: goal))
        let source = try CNetworkSource(name: export.name, files: export.files)
        let elements = samples.map(network.input.elements)
        return FormatsOutcome.Program(
            goal: goal.rawValue, tableBytes: export.memory.flashBytes,
            stateBytes: export.memory.stateBytes,
            checks: targets.map { target in
                told(
                    DeviceCheck(
                        of: source, on: target, samples: elements, scores: scores,
                        optimization: optimization))
            })
    }

    /// The whole program on Cortex-M0, as small as it gets.
    private func whole(
        _ network: IntegerNetwork, _ samples: [[Int32]]
    ) throws -> ProgramSize? {
        guard targets.contains(.cortexM0) else { return nil }
        let export = try CExport(network: network, samples: Array(samples.prefix(8)))
        do {
            return try CompiledProgram(
                CNetworkSource(name: export.name, files: export.files), for: .cortexM0,
                optimization: .size, main: .bare
            ).size()
        } catch let error as ToolchainError {
            // That a tool is missing is told by the check; a program too large for the board has no size.
            if case .missing = error { return nil }
            events.warning("\(error)")
            return nil
        }
    }

    /// Bytes of a row as the C reads it.
    private func rowBytes(of network: IntegerNetwork) -> Int {
        let input = network.input
        if input.encoding == .spikes { return 4 * ((input.rowCount + 31) / 32) }
        let isByte = [CInputType.uint8, .int8].contains {
            $0.range.contains(input.range.lowerBound) && $0.range.contains(input.range.upperBound)
        }
        return input.rowCount * (isByte ? 1 : 2)
    }

    private func plain(
        _ network: IntegerNetwork, _ samples: [[Int32]], _ scores: [[Int32]]
    ) throws -> FormatsOutcome.Plain? {
        guard targets.contains(.cortexM4), let loop = try PlainLoop(network) else { return nil }
        return FormatsOutcome.Plain(
            check: told(
                DeviceCheck(
                    of: loop.source, on: .cortexM4, samples: samples, scores: scores,
                    optimization: .speed)),
            products: loop.products * network.input.steps,
            artificialProducts: loop.products * network.input.rows)
    }

    private func told(_ check: DeviceCheck) -> DeviceCheck {
        if check.status != .agrees {
            events.warning("\(check.target) \(check.status.rawValue): \(check.reason ?? "")")
        }
        return check
    }

    // MARK: - Numbers

    /// With the interval of accuracy alone: those of other measures take many draws of the samples.
    private func accuracy(of evaluation: Evaluation) throws -> FormatsOutcome.Accuracy {
        var own = evaluation
        own.hasIntervals = true
        return FormatsOutcome.Accuracy(
            share: evaluation.accuracy,
            interval: try own.task.measures.first?.measure(own)?.interval,
            balanced: evaluation.measures["balanced-accuracy"]?.value)
    }

    private func cost(
        of model: any SpikingModel, _ evaluation: Evaluation, seconds: Double
    ) -> FormatsOutcome.Cost {
        let counts = SampleOperations(
            evaluation.operations, samples: test.count,
            neuronUpdates: evaluation.activity.reduce(0) { $0 + Double($1.neurons * $1.steps) })
        var assumptions = EnergyAssumptions(of: model.storage)
        if let model = model as? IntegerModel {
            assumptions.stateBits = model.network.neurons.map(\.stateBits).max() ?? 32
        }
        return FormatsOutcome.Cost(
            synaptic: counts.synaptic, multiplyAccumulate: counts.multiplyAccumulate,
            energies: EnergyTable.named.values.sorted { $0.name < $1.name }.map {
                EnergyEstimate(of: counts, table: $0, assuming: assumptions)
            }, seconds: seconds)
    }

    /// From numbers to scores, one sample at a time: the median of 30 runs after three that warm up.
    private func seconds(of engine: IntegerEngine, _ samples: [[Int32]]) -> Double {
        guard !samples.isEmpty else { return .nan }
        let times = (0..<33).map { run in
            let start = ContinuousClock.now
            _ = engine.scores(of: samples[run % samples.count])
            return (ContinuousClock.now - start) / .seconds(1)
        }
        return times.dropFirst(3).sorted()[15]
    }
}

extension [Float] {
    /// The first of the largest.
    fileprivate var largest: Int { indices.reduce(0) { self[$1] > self[$0] ? $1 : $0 } }
}
