import RanvierAlignment
import RanvierConfiguration
import RanvierTensors

/// One layer of noisy LIF neurons below another, whose feedback weights are aligned: a cell of the studies `alignment/lif` and
/// `alignment/mismatch`.
struct LIFRun: Sendable {
    var seed: UInt64
    /// What makes up for neurons that differ and keeps them firing.
    var options: LIFSubstrate
    /// Standard deviation of the weights, both ways.
    var weightDeviation = 0.25
    var lower = 20
    var upper = 15

    /// Name of the cell, with all that may differ between cells.
    var name: String {
        let own = options
        return
            "h\(own.imperfections.mismatch)-w\(weightDeviation)-\(own.activityGuard.kind.rawValue)"
            + "-\(own.scale.correction.rawValue)-eta\(own.step)-\(own.block)x\(own.blocks)"
            + "-\(lower)x\(upper)-seed\(seed)"
    }

    /// What came of it.
    struct Outcome: Codable, Sendable {
        /// Simulated seconds.
        var seconds: [Double]
        /// Degrees between forward weights and feedback weights as they run.
        var raw: [Double]
        /// The same as they are read.
        var corrected: [Double]
        /// Degrees with the best factors of rows and columns, at the end.
        var fitted: Double
        /// `⟨W, B⟩ / ⟨W, W⟩` at the end.
        var rawSlope: Double
        var slope: Double
        /// Spikes per second in the last block.
        var lowestRate: Double
        var highestRate: Double
        /// Neurons that were silent, ran away, in any block.
        var everSilent: Int
        var everRunaway: Int
        /// Neurons that are or do at the end.
        var silent: Int
        var runaway: Int

        var rawAngle: Double { raw.last ?? .nan }
        var angle: Double { corrected.last ?? .nan }
    }

    /// Aligns.
    func run() throws -> Outcome {
        func drawn(_ name: String) -> [Double] {
            RandomStream(seed: seed, name: "alignment.lif." + name).normal(count: lower * upper)
                .map { weightDeviation * Double($0) }
        }
        let w = drawn("forward")
        var alignment = try LIFAlignment(
            options, sizes: [lower, upper], forward: [w], feedback: [drawn("feedback")],
            device: seed, noise: seed)
        var outcome = Outcome(
            seconds: [0],
            raw: [WeightAgreement(forward: w, feedback: alignment.remembered[0]).angle],
            corrected: [WeightAgreement(forward: w, feedback: alignment.feedback[0]).angle],
            fitted: 0, rawSlope: 0,
            slope: 0, lowestRate: 0, highestRate: 0, everSilent: 0, everRunaway: 0, silent: 0,
            runaway: 0)
        for block in 0..<options.blocks {
            try alignment.run(step: options.step(ofBlock: block))
            guard (block + 1) % 5 == 0 || block + 1 == options.blocks else { continue }
            outcome.seconds.append(Double(block + 1) * options.block)
            outcome.raw.append(WeightAgreement(forward: w, feedback: alignment.remembered[0]).angle)
            outcome.corrected.append(
                WeightAgreement(forward: w, feedback: alignment.feedback[0]).angle)
        }
        let raw = alignment.remembered[0]
        outcome.fitted =
            WeightAgreement(
                forward: w, feedback: ScaleFit(raw, to: w, columns: upper).fitted
            ).angle
        outcome.rawSlope = WeightAgreement(forward: w, feedback: raw).slope
        outcome.slope = WeightAgreement(forward: w, feedback: alignment.feedback[0]).slope
        outcome.lowestRate = alignment.rates.min() ?? 0
        outcome.highestRate = alignment.rates.max() ?? 0
        outcome.everSilent = alignment.everSilent.count
        outcome.everRunaway = alignment.everRunaway.count
        outcome.silent = alignment.silent.count
        outcome.runaway = alignment.runaway.count
        return outcome
    }

    /// Outcomes of runs, those that are stored as they are.
    static func outcomes(of runs: [LIFRun], _ study: String, _ context: StudyContext) throws
        -> [Outcome]
    {
        try StudyCells(study, context).outcomes(runs.map { ($0.name, $0) }) { try $0.run() }
    }
}

extension StudyClaim {
    /// A claim that the mean over seeds is a limit at most; how sure the mean is stands beside it.
    static func meanAtMost(
        _ limit: Double, _ values: [Double], claim: String, source: String, what: String
    ) -> StudyClaim {
        let summary = SeedSummary(values)
        let half = NumberText.fixed(summary.halfInterval, decimals: 2)
        return StudyClaim(
            claim: claim, source: source, verdict: summary.mean <= limit ? .held : .failed,
            evidence: "\(what) \(NumberText.fixed(summary.mean, decimals: 2)) "
                + "(95 % interval of the mean ± \(half)), limit \(NumberText.significant(limit))",
            measured: summary.mean, limit: limit)
    }

    /// A claim that no value lies above a limit, whatever the mean.
    static func noneAbove(
        _ limit: Double, _ values: [Double], claim: String, source: String, what: String
    ) -> StudyClaim {
        StudyClaim(
            claim: claim, source: source,
            verdict: values.isEmpty || values.contains { !($0 <= limit) } ? .failed : .held,
            evidence:
                "\(what) \(values.map { NumberText.fixed($0, decimals: 2) }.joined(separator: ", "))"
                + ", limit \(NumberText.significant(limit))",
            measured: values.max(), limit: limit)
    }
}
