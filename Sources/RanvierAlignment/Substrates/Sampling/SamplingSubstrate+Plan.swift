import Foundation
import RanvierConfiguration
import RanvierTensors

extension SamplingSubstrate {
    /// What `target-angle` comes to for some layers.
    struct Plan {
        /// The substrate with its simulated time.
        var substrate: SamplingSubstrate
        /// ε of each layer.
        var pairSteps: [Double]
        /// Updates of a phase.
        var updates: Int
        /// Step and time, for the report.
        var told: ConfigurationValue
    }

    /// Chooses steps and time for the angle from the noise floor and from occupancies that are measured in the network.
    ///
    /// Before the first epoch feedback is random, and the phase is as long as ``AlignmentPlan`` says; later it follows weights
    /// that have moved, for one time constant. Each layer has a step of its own; the slowest one sets the time.
    ///
    /// - Throws: ``AlignmentError/setting(name:expected:found:)`` as ``AlignmentPlan`` does, and for a time that no one would wait
    ///   for.
    func plan(
        _ angle: Double, for stack: [FeedbackLayer], isFirst: Bool, updates: Int, seed: UInt64
    ) throws(AlignmentError) -> Plan {
        let device = SamplingDevice(imperfections: imperfections, seed: seed)
        var network = device.network(of: stack, tau: tau)
        let random = RandomStream(seed: seed, name: "sampling-plan")
        if homeostasis { network = try adapted(network, random: random.substream(1)) }
        let record = try SamplingEngine(network).run(
            replicas: 16, warmup: 5 * tau, steps: 50 * tau, random: random,
            for: .init(kernel: kernel))
        let means = record.occupancies(of: network).map { own in
            own.reduce(0, +) / Double(max(own.count, 1))
        }
        var plans: [AlignmentPlan] = []
        for (index, layer) in stack.enumerated() {
            let weights = layer.weights.scalars.map(Double.init)
            let square = weights.reduce(0) { $0 + $1 * $1 } / Double(max(weights.count, 1))
            plans.append(
                try AlignmentPlan(
                    angle: angle, weightDeviation: square.squareRoot(),
                    occupancy: means[index] * means[index + 1]))
        }
        let time = plans.map { isFirst ? $0.simulatedTime : $0.timeConstant }.max() ?? 0
        let constants = plans.map { time / $0.timeConstant }.max() ?? 0
        // An update moves feedback by less than a third of what is left, or it would overshoot.
        let count = max(updates, Int((3 * constants).rounded(.up)))
        var substrate = self
        substrate.duration = max(
            (time / Double(count * replicas)).rounded(.up), 1)
        guard substrate.duration * Double(tau * count) < 2e8 else {
            throw .setting(
                name: "target-angle", expected: "an angle that takes less time",
                found: "\(angle)°, which takes \(NumberText.significant(time)) τ of simulated time")
        }
        return Plan(
            substrate: substrate, pairSteps: plans.map(\.pairStep), updates: count,
            told: .section([
                .init("target-angle", .float(angle)),
                .init("updates", .integer(count)), .init("replicas", .integer(replicas)),
                .init("duration", .float(substrate.duration)),
                .init(
                    "simulated-time", .float(substrate.duration * Double(count * replicas))),
                .init("pair-steps", .list(plans.map { .float($0.pairStep) })),
                .init(
                    "steps",
                    .list(
                        plans.map {
                            .float(
                                AlignmentNormalization.rate.step(
                                    ofPairStep: $0.pairStep, refractoryPeriod: Double(tau),
                                    replicas: replicas, steps: substrate.steps))
                        })),
                .init("occupancies", .list(means.map { .float($0) })),
            ]))
    }
}
