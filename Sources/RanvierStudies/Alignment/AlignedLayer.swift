import RanvierAlignment
import RanvierTensors

/// Two layers of sampling neurons with random weights both ways, and what alignment makes of them.
struct AlignedLayer {
    /// Which weights move, and by which sign.
    enum Rule: String, Codable, CaseIterable, Sendable {
        case feedback = "B alone"
        case both = "B and W"
        case published = "B alone, window of 2τ"
        case decaying = "B alone, smaller and smaller steps"
        case inverted = "inverted kernel"
    }

    /// Sizes, constants and noise.
    struct Setting {
        var lower = 50
        var upper = 50
        var tau = 10
        var replicas = 8
        /// Steps of a replica in an update.
        var steps = 1250
        /// ε of a pair.
        var pairStep = 3.125e-4
        /// Updates until steps of ``Rule/decaying`` are half of the first, which is so many times ``pairStep``.
        var halving = 30.0
        var firstFactor = 6.4
        /// Mean and standard deviation of biases.
        var bias = (mean: 0.0, deviation: 0.0)
        /// Standard deviation of normal weights; nil for uniform ones in ±√(3 / upper).
        var deviation: Double?

        /// τ of all replicas together in an update.
        var time: Double { Double(replicas * steps) / Double(tau) }
    }

    let setting: Setting
    let rule: Rule
    let seed: UInt64
    /// `[lower, upper]`.
    private(set) var forward: [Double]
    private(set) var feedback: [Double]
    private let bias: [[Double]]
    /// Updates so far.
    private(set) var updates = 0

    init(_ setting: Setting, rule: Rule, seed: UInt64) {
        self.setting = setting
        self.rule = rule
        self.seed = seed
        let count = setting.lower * setting.upper
        func draw(_ name: String) -> [Double] {
            let stream = RandomStream(seed: seed, name: name)
            if let deviation = setting.deviation {
                return stream.normal(count: count).map { deviation * Double($0) }
            }
            let bound = (3 / Double(setting.upper)).squareRoot()
            return stream.uniform(count: count).map { bound * (2 * Double($0) - 1) }
        }
        forward = draw("layer-forward")
        feedback = draw("layer-feedback")
        bias = [setting.lower, setting.upper].enumerated().map { index, size in
            RandomStream(seed: seed, name: "layer-bias").substream(index).normal(count: size).map {
                setting.bias.mean + setting.bias.deviation * Double($0)
            }
        }
    }

    var agreement: WeightAgreement { WeightAgreement(forward: forward, feedback: feedback) }

    /// Occupancies at the last update, lowest and highest.
    private(set) var occupancy = (0.0, 0.0)

    /// One update.
    mutating func update() throws {
        let network = SamplingNetwork(
            layers: bias, forward: [forward], feedback: [feedback], period: setting.tau)
        let pairing: AlignmentPairing = rule == .published ? .within(2 * setting.tau) : .all
        var request = SamplingEngine.Request(
            kernel: SpikeTimingKernel(timeConstant: Double(setting.tau), pairing: pairing))
        request.pairs = [.init(spiking: 0, traced: 1), .init(spiking: 1, traced: 0)]
        let record = try SamplingEngine(network).run(
            replicas: setting.replicas, warmup: 5 * setting.tau, steps: setting.steps,
            random: RandomStream(seed: seed, name: "layer-run").substream(updates), for: request)
        let occupancies = record.occupancies(of: network).flatMap { $0 }
        occupancy = (occupancies.min() ?? 0, occupancies.max() ?? 0)
        var step = setting.pairStep
        if rule == .decaying {
            step =
                StepSchedule(
                    setting.firstFactor * setting.pairStep, halving: setting.halving)[updates]
        }
        let atLower = record.sums[0], atUpper = record.sums[1]
        for a in 0..<setting.lower {
            for b in 0..<setting.upper {
                let place = a * setting.upper + b
                let change = step * (atUpper[b * setting.lower + a] - atLower[place])
                switch rule {
                case .inverted:
                    feedback[place] = min(max(feedback[place] - change, -4), 4)
                case .both:
                    feedback[place] += change
                    forward[place] -= change
                default: feedback[place] += change
                }
            }
        }
        updates += 1
    }
}
