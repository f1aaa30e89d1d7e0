import Foundation
import Ranvier
import RanvierTestSupport
import Testing

/// Training in phases: what is left, what is gone back to, when searches end, and the same bits after each stop.
@Suite struct CompressionMethodTests {
    static let data: Dataset = {
        guard let digits = try? Digits().train else { preconditionFailure("digits are shipped") }
        return digits.subset(Array(0..<300))
    }()

    static func surrogate(steps: Int = 6) throws -> SurrogateGradient {
        let model = try ClockedModel(
            encoder: .direct(steps: steps, timeStep: 1e-3), inputShape: [64], seed: 3
        ) {
            Linear(64, 24)
            LIF(leak: .factor(0.9), dynamics: LIFDynamics())
            Linear(24, 10)
            LeakyIntegrator(membraneTimeConstant: 10e-3)
        }
        return SurrogateGradient(
            model, optimizer: Adam(learningRate: 5e-3), schedule: .cosine(), batchSizes: 50, seed: 3
        )
    }

    static func method(_ phases: [any CompressionPhase], epochs: Int = 2) throws
        -> CompressionMethod
    {
        try CompressionMethod(
            surrogate(), phases: phases, epochs: epochs, seed: 3, registry: .standard)
    }

    static func prune(_ sparsity: Double, rounds: Int = 1, rewind: Int? = nil) -> PrunePhase {
        PrunePhase().with {
            ($0.sparsity, $0.rounds, $0.rewind) = (sparsity, rounds, rewind)
        }
    }

    static func bits(_ method: CompressionMethod) -> [String: [Float]] {
        method.model.parameters.mapValues(\.scalars)
    }

    @Test func roundsLeaveWhatTheyShould() throws {
        var method = try Self.method([TrainPhase(), Self.prune(0.9, rounds: 3)], epochs: 1)
        let state = try Course(epochs: method.epochs).run(&method, on: Self.data)
        let densities = state.reports.compactMap { report -> Double? in
            if case .float(let density)? = report.records["density"] { density } else { nil }
        }
        #expect(densities.count == 4)
        for (density, wanted) in zip(densities, [1, 0.4642, 0.2154, 0.1]) {
            #expect(abs(density - wanted) < 1e-3)
        }
        for parameter in method.trainee.connections {
            let alive = try #require(parameter.mask).alive.scalars
            #expect(zip(parameter.value.scalars, alive).allSatisfy { $1 == 1 || $0 == 0 })
        }
        let origin = try #require(try method.origin)
        #expect(origin.name == "dense")
        #expect(origin.model.parameters.keys.allSatisfy { !$0.contains("mask") })
    }

    /// A round that is not trained holds the weights it went back to, where it left some.
    @Test func rewindingBringsBackTheWeights() throws {
        var early = try Self.method([TrainPhase()], epochs: 2)
        var kept: [String: [Float]] = [:]
        let watch = Watch { _, _, parameters in
            if kept.isEmpty { kept = parameters.mapValues(\.scalars) }
        }
        try Course(epochs: 2).run(&early, on: Self.data, observer: watch)
        let pruned = Self.prune(0.5, rewind: 1).with { $0.training.epochs = 0 }
        var method = try Self.method([TrainPhase(), pruned])
        try Course(epochs: method.epochs).run(&method, on: Self.data)
        for parameter in method.trainee.method.layerParameters where parameter.isTrainable {
            let alive = parameter.mask?.alive.scalars
            let wanted = try #require(kept[parameter.name])
            for (index, value) in parameter.value.scalars.enumerated() {
                #expect(value == (alive?[index] == 0 ? 0 : wanted[index]))
            }
        }
    }

    @Test func controlsDiffer() throws {
        func masks(_ control: PrunePhase.Control) throws -> ([Tensor], [Float]) {
            let phase = Self.prune(0.8).with { ($0.control, $0.training.epochs) = (control, 0) }
            var method = try Self.method([TrainPhase(), phase], epochs: 1)
            try Course(epochs: method.epochs).run(&method, on: Self.data)
            let parameters = method.trainee.connections
            return (
                parameters.compactMap { $0.mask?.alive }, parameters.flatMap(\.value.scalars)
            )
        }
        let (ticket, weights) = try masks(.none)
        let (random, _) = try masks(.random)
        let (same, fresh) = try masks(.reinitialized)
        #expect(ticket.map(\.scalars) == same.map(\.scalars))
        #expect(weights != fresh)
        for (a, b) in zip(ticket, random) {
            #expect(a.scalars.reduce(0, +) == b.scalars.reduce(0, +))
            #expect(a.scalars != b.scalars)
        }
    }

    @Test func anEarlyBirdEndsItsSearch() throws {
        let bird = EarlyBirdPhase().with {
            ($0.sparsity, $0.tolerance, $0.window, $0.training.epochs) = (0.5, 0.9, 3, 9)
        }
        var method = try Self.method([bird, TrainPhase()], epochs: 2)
        let state = try Course(epochs: method.epochs).run(&method, on: Self.data)
        // Three masks: before the first epoch, and after two.
        #expect(state.completedEpochs == 4)
        #expect(method.isFinished)
        #expect(abs(method.trainee.density - 0.5) < 1e-2)
    }

    @Test func searchesSeeFewerSteps() throws {
        var limit = EarlyTimePhase()
        (limit.limit, limit.samples, limit.training.epochs) = (1, 50, 1)
        var method = try Self.method(
            [limit, Self.prune(0.5), TrainPhase()], epochs: 1)
        var steps: [Int] = []
        let data = Self.data
        for epoch in 0..<3 {
            _ = try method.epoch(epoch, of: 3, on: data, hooks: Hooks())
            steps.append(try #require(method.trainee.method.steps))
        }
        #expect(steps[0] == 6 && steps[1] < 6 && steps[2] == 6)
    }

    /// Rows of a sequence are no choice of steps: refused before anything is trained.
    @Test func earlyTimeNeedsAChoiceOfSteps() throws {
        let encoders: [any SpikeEncoder] = [
            SequenceEncoder(steps: 6, timeStep: 1e-3),
            DeltaEncoder(steps: 6, timeStep: 1e-3, threshold: 0.1),
            EachRowEncoder(rows: 3, encoder: PoissonEncoder(steps: 2, timeStep: 1e-3)),
        ]
        for encoder in encoders {
            let features = try encoder.featureShape(ofSample: [
                encoder.rowDuration == 1e-3 ? 6 : 3, 4,
            ])
            let model = try ClockedModel(encoder: encoder, inputShape: features) {
                Linear(features.reduce(1, *), 3)
            }
            var method = SurrogateGradient(model)
            let error = #expect(throws: CompressionError.self) {
                _ = try CompressionMethod(
                    method, phases: [EarlyTimePhase(), Self.prune(0.5)], epochs: 1,
                    registry: .standard)
            }
            #expect(error?.description.contains("'\(type(of: encoder).kind)'") == true)
            #expect(throws: TrainingError.self) {
                try method.show(steps: 3, registry: .standard)
            }
        }
    }

    @Test func unitsGoAsOneAndLoadsAreEven() throws {
        func masks(_ change: (inout PrunePhase) -> Void) throws -> [Tensor] {
            var phase = Self.prune(0.5)
            phase.training.epochs = 0
            change(&phase)
            var method = try Self.method([TrainPhase(), phase], epochs: 1)
            try Course(epochs: method.epochs).run(&method, on: Self.data)
            return method.trainee.connections.compactMap { $0.mask?.alive }
        }
        let neurons = try masks { $0.unit = .neurons }
        // The neurons of the last layer are answers: its mask is not touched.
        #expect(neurons.count == 1)
        for output in 0..<24 {
            let column = (0..<64).map { neurons[0].scalars[$0 * 24 + output] }
            #expect(Set(column).count == 1)
        }
        #expect(neurons[0].scalars.contains(0))
        for (mask, inputs) in zip(try masks { $0.unit = .twoOfFour }, [64, 24]) {
            let outputs = mask.count / inputs
            for output in 0..<outputs {
                for group in 0..<inputs / 4 {
                    let four = (0..<4).map { mask.scalars[(group * 4 + $0) * outputs + output] }
                    #expect(four.reduce(0, +) == 2)
                }
            }
        }
        let even = try masks { $0.balance = 8 }[0]
        let loads = (0..<24).map { output in
            (0..<64).reduce(0) { $0 + even.scalars[$1 * 24 + output] }
        }
        for group in stride(from: 0, to: 24, by: 8) {
            #expect(Set(loads[group..<group + 8]).count == 1)
        }
    }

    /// What is gone already is not taken again, which is told.
    @Test func takingNothingIsTold() throws {
        var method = try Self.method(
            [Self.prune(0.9), Self.prune(0.5).with { $0.training.epochs = 1 }], epochs: 1)
        let state = try Course(epochs: method.epochs).run(&method, on: Self.data)
        #expect(abs(method.trainee.density - 0.1) < 1e-3)
        #expect(state.reports[0].warnings.allSatisfy { !$0.contains("gone already") })
        #expect(
            state.reports[1].warnings.contains {
                $0.contains("90.0") && $0.contains("gone already")
            })
    }

    /// Connections move, and stay as many.
    @Test func rewiringKeepsTheNumber() throws {
        var rewire = RewirePhase()
        (rewire.sparsity, rewire.training.epochs) = (0.8, 4)
        var method = try Self.method([rewire])
        var masks: [[Float]] = []
        let model = try #require(method.model as? ClockedModel)
        let watch = Watch { _, _, _ in
            masks.append(model.network.prunableParameters.flatMap { $0.mask?.alive.scalars ?? [] })
        }
        try Course(epochs: 4).run(&method, on: Self.data, observer: watch)
        #expect(Set(masks.map { $0.reduce(0, +) }).count == 1)
        #expect(abs(method.trainee.density - 0.2) < 1e-2)
        #expect(masks[0] != masks[1] && masks[2] == masks[3])
    }

    static let courses: [[any CompressionPhase]] = [
        [
            EarlyTimePhase().with { ($0.samples, $0.training.epochs) = (50, 1) },
            TrainPhase().with { ($0.isSearch, $0.training.epochs) = (true, 1) },
            prune(0.8, rounds: 2, rewind: 1),
            TrainPhase().with { ($0.rewind, $0.training.epochs) = (1, 1) },
            QuantizePhase().with { ($0.bits, $0.training.epochs) = (4, 2) },
        ],
        [
            EarlyBirdPhase().with {
                ($0.sparsity, $0.tolerance, $0.window, $0.training.epochs) = (0.7, 0.5, 2, 4)
            },
            TrainPhase(), QuantizePhase().with { ($0.bits, $0.training.epochs) = (1, 1) },
        ],
        [
            ScorePhase().with {
                ($0.keep, $0.scope, $0.weights, $0.warmUp) = (0.3, .global, .binary, 2)
                $0.training.epochs = 4
            }
        ],
        [RewirePhase().with { ($0.sparsity, $0.training.epochs) = (0.7, 5) }],
        [
            TrainPhase(), prune(0.6).with { $0.training.epochs = 0 },
            QuantizePhase().with {
                ($0.bits, $0.scheme, $0.scale, $0.training.epochs) = (3, .symmetric, .output, 2)
            },
        ],
    ]

    /// Stopped after any epoch and gone on with from its file, a course ends with the same bits.
    @Test(arguments: courses.indices) func coursesGoOn(index: Int) throws {
        let phases = Self.courses[index]
        var whole = try Self.method(phases)
        var files: [URL] = []
        let folder = try TemporaryFolder()
        let watch = Watch { report, state, parameters in
            let file = folder.url.appending(path: "\(report.epoch).safetensors")
            try TrainingCheckpoint(parameters: parameters, state: state).write(to: file)
            files.append(file)
        }
        let course = Course(epochs: whole.epochs)
        try course.run(&whole, on: Self.data, observer: watch)
        #expect(files.count > 2)
        for file in files {
            let checkpoint = try TrainingCheckpoint(contentsOf: file)
            let state = try #require(checkpoint.state)
            var rest = try Self.method(phases)
            try rest.goOn(from: checkpoint.parameters, after: state.reports)
            try course.run(&rest, on: Self.data, from: state)
            #expect(Self.bits(rest) == Self.bits(whole), "after \(state.completedEpochs) epochs")
        }
    }

    /// A stored state that no such course can have is refused.
    @Test func strangeStatesAreRefused() throws {
        let phases = Self.courses[1]
        var method = try Self.method(phases)
        var stored: (TrainingState, [String: Tensor])?
        let watch = Watch { _, state, parameters in
            if stored == nil { stored = (state, parameters) }
        }
        try Course(epochs: method.epochs).run(&method, on: Self.data, observer: watch)
        let (state, parameters) = try #require(stored)
        func refused(_ change: (inout TrainingState, inout [String: Tensor]) throws -> Void) throws
        {
            var (state, parameters) = (state, parameters)
            try change(&state, &parameters)
            var fresh = try Self.method(phases)
            #expect(throws: (any Error).self) {
                try fresh.goOn(from: parameters, after: state.reports)
                try Course(epochs: fresh.epochs).restore(state, into: &fresh)
            }
        }
        try refused { state, _ in state.optimizerState["strange"] = Tensor(1) }
        try refused { state, _ in state.reports[0].records["leg"] = .integer(2) }
        try refused { state, _ in state.reports[0].records["legIsOver"] = nil }
        try refused { _, parameters in parameters["linear1.weights/mask/alive"] = .ones([64, 24]) }
        try refused { state, _ in
            let name = try #require(state.optimizerState.keys.first { $0.contains("early-bird") })
            state.optimizerState[name]?.mutateScalars { $0.pointer[0] = 0.5 }
        }
        try refused { state, _ in
            let name = try #require(state.optimizerState.keys.first { $0.hasPrefix("rewind/0/") })
            state.optimizerState[name] = Tensor([1, 2], shape: [2])
        }
    }

    /// Quantised weights have as many different values as their bits allow, and masks hold under them.
    @Test func bitsHold() throws {
        for (bits, scheme) in [
            (4, QuantizePhase.Scheme.learnedStep), (3, .symmetric), (2, .sharedScale), (1, .binary),
            (2, .ternary), (5, .powerOfTwo),
        ] {
            let quantize = QuantizePhase().with {
                ($0.bits, $0.scheme, $0.training.epochs) = (bits, scheme, 1)
            }
            var method = try Self.method(
                [Self.prune(0.5).with { $0.training.epochs = 0 }, quantize], epochs: 1)
            try Course(epochs: method.epochs).run(&method, on: Self.data)
            for parameter in method.trainee.connections {
                let alive = try #require(parameter.mask).alive.scalars,
                    seen = parameter.seen.scalars
                #expect(zip(seen, alive).allSatisfy { $1 == 1 || $0 == 0 })
                let sizes = Set(seen.map { abs($0) }).subtracting([0])
                let most = scheme == .binary ? parameter.shape[1] : (1 << (bits - 1)) - 1
                #expect(sizes.count <= most && !sizes.isEmpty, "\(scheme)")
            }
            #expect(
                method.model.storage.filter { $0.shape.count > 1 }.allSatisfy { $0.bits == bits })
        }
    }
}

/// Hears of epochs.
private struct Watch: TrainingObserver {
    let heard: (EpochReport, TrainingState, [String: Tensor]) throws -> Void
    var shouldStop: Bool { false }
    func didFinishStep(_ step: Int, of steps: Int, epoch: Int, of epochs: Int) {}
    func didFinish(
        _ report: EpochReport, state: TrainingState, parameters: [String: Tensor]
    ) throws { try heard(report, state, parameters) }
}
