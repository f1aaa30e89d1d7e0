import Foundation
import RanvierAnalysis
import RanvierExperiments
import RanvierLearning
import RanvierReports
import RanvierRuns
import RanvierTensors
import RanvierTestSupport
import Testing

/// Runs that were made to fail on purpose: the cause comes first.
@Suite struct ExplainTests {
    private let place: TemporaryFolder
    private let workbench = Workbench()

    init() throws { place = try TemporaryFolder() }

    private struct Answer: Decodable {
        let verdict: String
        let hasLearned: Bool
        let findings: [Finding]
    }

    private func explained(
        _ yaml: String, _ settings: [String] = [], name: String = "run"
    ) throws -> Answer {
        let file = place.url.appending(path: "\(name).yaml")
        try yaml.write(to: file, atomically: true, encoding: .utf8)
        let folder = place.url.appending(path: "runs/\(name)")
        var request = RunRequest(configuration: file, output: folder)
        request.overrides = try settings.map { try ConfigurationOverride($0) }
        _ = try workbench.run(request)
        let outcome = try workbench.explain(ExplainRequest(run: folder))
        #expect(outcome.text.contains("run: "))
        return try JSONDecoder().decode(Answer.self, from: Data(outcome.json().utf8))
    }

    private static let digits = """
        dataset: {name: digits, limit: 300}
        encoding: {direct: {steps: 6}}
        network: {mlp: {hidden: [24], gain: 2}}
        training: {epochs: 4, optimizer: {adam: {learning-rate: 5e-3}}}
        baseline: none
        """

    /// Two columns that decide between two classes, seeded; `scale` and `shift` move their units.
    private func table(
        _ name: String, scale: Double = 1, shift: Double = 0, label: (Double) -> String
    ) throws -> String {
        let numbers = RandomStream(seed: 5, name: "table").uniform(count: 400)
        var text = "a,b,state\n"
        for row in 0..<200 {
            let (a, b) = (Double(numbers[2 * row]), Double(numbers[2 * row + 1]))
            text += "\(shift + scale * a),\(b),\(label(a + b))\n"
        }
        let url = place.url.appending(path: "\(name).csv")
        try text.write(to: url, atomically: true, encoding: .utf8)
        return """
            dataset: {name: csv, train: \(url.path), label-column: state}
            encoding: {direct: {steps: 6}}
            network: {mlp: {hidden: [16]}}
            training: {epochs: 6, batch-size: 16, optimizer: {adam: {learning-rate: 1e-2}}}
            baseline: none
            """
    }

    @Test func aLearningRateOfAHundredComesFirst() throws {
        let answer = try explained(Self.digits, ["training.optimizer.adam.learning-rate=100"])
        let first = try #require(answer.findings.first)
        #expect(first.finding.contains("learning rate is far too large"))
        #expect(first.severity == .critical && !answer.hasLearned)
        #expect(first.advice.contains("--set training.optimizer.adam.learning-rate="))
    }

    @Test func aLearningRateOfABillionthComesFirst() throws {
        let answer = try explained(Self.digits, ["training.optimizer.adam.learning-rate=1e-9"])
        #expect(answer.findings.first?.finding.contains("learning rate is too small") == true)
    }

    @Test func aSilentLayerComesFirst() throws {
        for setting in ["network.mlp.units.lif.threshold=1000"] {
            let answer = try explained(Self.digits, ["network.mlp.gain=1e-4", setting])
            let first = try #require(answer.findings.first)
            #expect(first.finding.contains("silent"), "\(answer.findings)")
            #expect(first.severity == .critical && first.advice.contains("--set network.mlp.gain="))
        }
    }

    @Test func featuresThatAreNotScaledComeFirst() throws {
        let yaml = try table("raw", scale: 500, shift: 9000) { $0 > 1 ? "hot" : "cold" }
        let answer = try explained(yaml, ["dataset.scaling=none"])
        let first = try #require(answer.findings.first)
        #expect(first.finding.contains("not scaled"), "\(answer.findings)")
        #expect(first.evidence.contains("'a'") && first.advice.contains("dataset.scaling=standard"))
    }

    @Test func oneClassComesFirst() throws {
        let yaml = try table("majority") { $0 > 1.93 ? "broken" : "fine" }
        let answer = try explained(yaml, ["dataset.scaling=standard", "training.epochs=2"])
        let first = try #require(answer.findings.first)
        #expect(first.finding.contains("'fine'"), "\(answer.findings)")
    }

    @Test func nothingSuspiciousIsSaidPlainly() throws {
        let yaml = try table("good") { $0 > 1 ? "hot" : "cold" }
        let answer = try explained(
            yaml, ["dataset.scaling=standard", "training.epochs=20", "network.mlp.gain=2"])
        #expect(answer.hasLearned, "\(answer.findings)")
        #expect(answer.findings.allSatisfy { $0.severity == .minor }, "\(answer.findings)")
        #expect(answer.verdict.contains("Nothing"), "\(answer.verdict)")
    }

    @Test func checksNameTheirCause() {
        var evidence = TrainingEvidence()
        #expect(TrainingChecks.findings(in: evidence).isEmpty)
        evidence.timeStep = 1e-3
        evidence.duration = 1
        evidence.isSequence = true
        evidence.times = [("lif1.membrane-time-constant", "membrane-time-constant", 1e-4)]
        #expect(TrainingChecks.findings(in: evidence)[0].finding.contains("shorter than a step"))
        evidence.times = [("lif1.membrane-time-constant", "membrane-time-constant", 5e-3)]
        #expect(TrainingChecks.findings(in: evidence)[0].finding.contains("forgets"))
        evidence.times = [("delayed.maximum-delay", "maximum-delay", 2)]
        #expect(TrainingChecks.findings(in: evidence)[0].finding.contains("Delays"))
        evidence.times = []

        func curve(_ losses: [Double], validation: [Double] = []) -> [EpochReport] {
            losses.enumerated().map { index, loss in
                var report = EpochReport(
                    epoch: index + 1, training: ["loss": loss], seconds: 1, learningRate: 1e-3)
                if index < validation.count { report.validation = ["loss": validation[index]] }
                return report
            }
        }
        let cases: [([Double], String)] = [
            ([2, 2.5, 3, 4], "grows"), ([2, 3, 1.8, 3, 1.7, 3, 1.9, 2.9, 2], "swings"),
            ([2, 2, 1.99, 2], "does not fall"), ([4, 3, 2, 1], "still falls"),
            ([2, 1, .nan], "numbers that are none"),
        ]
        for (losses, word) in cases {
            evidence.reports = curve(losses)
            let found = TrainingChecks.findings(in: evidence)
            #expect(found.first?.finding.contains(word) == true, "\(losses): \(found)")
        }
        evidence.reports = curve([2, 1, 1, 1, 1], validation: [2, 1, 1.2, 1.4, 1.6])
        #expect(TrainingChecks.findings(in: evidence)[0].finding.contains("risen"))
    }
}
