import RanvierTensors
import Testing

@testable import RanvierNetworks

/// What can hardly be meant is said before the training; what cannot be trained is known before it.
@Suite struct DoubtTests {
    private func doubts(_ layers: [any Layer], steps: Int = 20) throws -> [String] {
        try Network(inputShape: [4], layers: layers).doubts(steps: steps)
    }

    @Test func timeConstantsFarBelowTheStep() throws {
        for layer: any Layer in [
            LIF(membraneTimeConstant: 1e-4), LeakyIntegrator(membraneTimeConstant: 1e-4),
            ParametricLIF(leak: .timeConstant(1e-4)), TernaryLIF(leak: .timeConstant(1e-4)),
            GradedLIF(leak: .timeConstant(1e-4)), RecurrentLIF(4, leak: .timeConstant(1e-4)),
            SynapticLIF(membraneTimeConstant: 20e-3, synapticTimeConstant: 1e-4),
            AdaptiveLIF(
                membraneTimeConstant: 20e-3, adaptationTimeConstant: 1e-4, strength: 0.1),
            Sequential([LIF(membraneTimeConstant: 1e-4)]),
        ] {
            let found = try doubts([layer.named("odd")])
            #expect(found.count == 1)
            #expect(found.first?.contains("'odd") == true)
            #expect(found.first?.contains("far below the time step of 0.001 s") == true)
        }
        // A factor of 0 is said on purpose; a fifth of the step is the limit's near side.
        #expect(
            try doubts([
                LIF(leak: .factor(0), dynamics: LIFDynamics()), LIF(membraneTimeConstant: 1e-3),
            ]).isEmpty)
    }

    @Test func delaysBeyondTheSequence() throws {
        func delayed(_ maximum: Double) -> DelayedLinear {
            DelayedLinear(4, 3, maximumDelay: maximum, timeStep: 1e-3)
        }
        #expect(try doubts([delayed(19e-3)]).isEmpty)
        let found = try doubts([delayed(1)])
        #expect(found.count == 1)
        #expect(found[0].contains("'delayed-linear1'") && found[0].contains("0.019 s"))
    }

    @Test func refractoryPeriodsBeyondTheSequence() throws {
        func neurons(_ steps: Int) -> IntegrateAndFire {
            IntegrateAndFire(dynamics: PopulationDynamics(refractorySteps: steps))
        }
        #expect(try doubts([neurons(18)]).isEmpty)
        #expect(try doubts([neurons(19)]).first?.contains("at most once") == true)
    }

    @Test func inputsMultipliedByNothing() throws {
        let dynamics = PopulationDynamics(inputScale: .oneMinusLeak)
        #expect(try doubts([IntegrateAndFire(dynamics: dynamics)]).count == 1)
        #expect(
            try doubts([
                LIF(leak: .factor(1), dynamics: LIFDynamics(inputScale: .oneMinusLeak))
            ]).count == 1)
        #expect(
            try doubts([
                LIF(leak: .factor(0.9), dynamics: LIFDynamics(inputScale: .oneMinusLeak))
            ]).isEmpty)
    }

    /// One value per channel and sample has no variance; positions of an image and steps that differ are values.
    @Test func smallestBatches() throws {
        func smallest(
            _ layers: [any Layer], _ shape: [Int], _ signal: Signal, steps: Int = 6
        ) throws -> Int {
            try Network(inputShape: shape, layers: layers).smallestBatch(
                signal: signal, steps: steps
            ).samples
        }
        let constant = Signal(.values, isConstant: true), moving = Signal(.values)
        let norm = [Linear(4, 3), BatchNormalization(3)] as [any Layer]
        #expect(try smallest(norm, [4], constant) == 2)
        #expect(try smallest(norm, [4], moving) == 1)
        #expect(try smallest(norm, [4], moving, steps: 1) == 2)
        #expect(try smallest([Linear(4, 3)], [4], constant) == 1)
        // Behind neurons the steps differ.
        let behind =
            [LIF(leak: .factor(0.5), dynamics: LIFDynamics()), Linear(4, 3), BatchNormalization(3)]
            as [any Layer]
        #expect(try smallest(behind, [4], constant) == 1)
        #expect(
            try smallest(
                [
                    LIF(leak: .factor(0.5), dynamics: LIFDynamics()), Linear(4, 3),
                    BatchNormalization(3, variant: .perStep(steps: 6)),
                ], [4], constant) == 2)
        let image = [Convolution2D(2, 3, size: 3), BatchNormalization(3)] as [any Layer]
        #expect(try smallest(image, [5, 5, 2], constant) == 1)
        #expect(try smallest(image, [3, 3, 2], constant) == 2)
        // Inside other layers, too.
        for layer: any Layer in [
            Sequential(norm), Recomputed(norm), FirstStep(Sequential(norm)),
            Residual(body: norm, shortcut: [Linear(4, 3)]), Sequential(norm).named("own"),
        ] {
            #expect(try smallest([layer], [4], constant) == 2)
        }
        #expect(try smallest([FirstStep(Sequential(norm))], [4], moving) == 2)
    }

    @Test func parametersForOtherSteps() throws {
        for variant in [NormalizationVariant.perStep(steps: 3), .temporalEffective(steps: 3)] {
            let network = try Network(
                inputShape: [4], layers: [Sequential([BatchNormalization(4, variant: variant)])])
            try network.requireSteps(3)
            for steps in [2, 10] {
                let error = try #require(throws: NetworkError.self) {
                    try network.requireSteps(steps)
                }
                #expect(error.description.contains("'sequential1.batch-norm1'"))
                #expect(error.description.contains("\(steps) steps of the encoding"))
            }
        }
    }
}
