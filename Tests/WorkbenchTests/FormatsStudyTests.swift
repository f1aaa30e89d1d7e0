import Foundation
import Ranvier
import RanvierAnalysis
import RanvierConfiguration
import RanvierDeployment
import RanvierLearning
import RanvierReports
import RanvierTestSupport
import Testing

@testable import RanvierStudies

/// `device/formats` on networks so small that they learn little, and its report on outcomes that are made up.
@Suite struct FormatsStudyTests {
    /// 64-6-10 neurons on digits, two steps, an epoch each; no boards.
    private static var smallest: FormatsSetting {
        var setting = FormatsSetting.digits
        setting.grid.configuration = """
            dataset: {name: digits, validation-fraction: 0.5}
            encoding: {direct: {steps: 2}}
            network:
              - linear: {outputs: 6, gain: 2}
              - lif: {leak: 0.875}
              - linear: {outputs: 10}
              - leaky-integrator: {leak: 0.875}
            training: {batch-size: 128, optimizer: {adamw: {learning-rate: 4e-3}}}
            """
        setting = setting.quick
        setting.grid.rounds = 1
        setting.targets = []
        return setting
    }

    @Test func measuresEachFormOnce() throws {
        let folder = try TemporaryFolder()
        let context = StudyContext(isQuick: true, cache: folder.url)
        let work = try FormatsWork(Self.smallest, seed: 0, context: context)
        var told: [String] = []
        let outcomes = try work.run { told.append($0) }
        #expect(outcomes.map(\.kind) == FormatsWork.kinds)
        #expect(outcomes.map(\.bits) == [32, 8, 8, 2, 1])
        #expect(told.count == 6)
        #expect(outcomes[0].integers == nil && outcomes[0].sparsity == 0)
        // A round of 37 %, none for two bits but what is rounded to 0, and half.
        let gone = outcomes.map(\.sparsity)
        #expect(gone[2] > 0.36 && gone[3] > 0.1 && (0.4...0.6).contains(gone[4]))
        for outcome in outcomes.dropFirst() {
            let own = try #require(outcome.integers, "\(outcome.obstacle ?? "")")
            // 179 or more samples, two steps, six neurons: the same spikes as whole numbers in floats.
            #expect(own.places >= 179 * 2 * 6 && own.differing == 0, "\(outcome.kind)")
            #expect(own.distances.map(\.name) == ["lif2"])
            #expect(own.programs.map(\.goal) == ["size", "speed"])
            #expect(own.programs.allSatisfy { $0.tableBytes > 0 && $0.stateBytes > 0 })
            #expect(own.whole == nil && own.plain == nil && own.rowBytes == 64)
            #expect(own.cost.seconds > 0 && own.cost.energies.count == EnergyTable.named.count)
        }
        // Stored: what is changed there is what is found.
        let again = try work.run { _ in }
        #expect(again.map(\.cost.seconds) == outcomes.map(\.cost.seconds))
    }

    // MARK: - Report

    private static func check(
        _ target: CTarget, instructions: Double?
    ) throws -> DeviceCheck {
        let status = instructions == nil ? "skipped" : "agrees"
        let number = instructions.map { "\($0)" } ?? "null"
        let reason = instructions == nil ? "\"install the Debian package 'qemu'\"" : "null"
        let text = """
            {"target": "\(target.rawValue)", "support": "works", "status": "\(status)", "samples": 5,
             "agreeing": \(instructions == nil ? 0 : 5), "codeBytes": 700, "instructions": \(number),
             "reason": \(reason)}
            """
        return try JSONDecoder().decode(DeviceCheck.self, from: Data(text.utf8))
    }

    private static func outcome(
        _ kind: FormatsOutcome.Kind, instructions: Double?, lost: Double = 0, differing: Int = 0,
        flash: Int = 13_444
    ) throws -> FormatsOutcome {
        let cost = FormatsOutcome.Cost(
            synaptic: 100, multiplyAccumulate: 64,
            energies: [EnergyEstimate(of: SampleOperations(synaptic: 100))], seconds: 1e-5)
        var outcome = FormatsOutcome(
            kind: kind, bits: 8, sparsity: 0.5, storedBytes: 1000,
            trained: .init(share: 0.9, interval: [0.85, 0.95], balanced: nil), cost: cost)
        guard kind != .float else { return outcome }
        let checks = try [CTarget.cortexM0, .cortexM4, .riscv32].map {
            try check($0, instructions: instructions)
        }
        let size = #"{"flash": \#(flash), "ram": 1760}"#
        outcome.integers = FormatsOutcome.Integers(
            accuracy: .init(share: 0.9 - lost, interval: nil, balanced: nil),
            difference: MeasureDifference(
                "accuracy", -lost, interval: nil, higherIsBetter: true), sameAnswers: 1,
            places: 1000, differing: differing, distances: [], cost: cost,
            programs: [
                .init(goal: "size", tableBytes: 900, stateBytes: 968, checks: checks),
                .init(goal: "speed", tableBytes: 950, stateBytes: 968, checks: checks),
            ], whole: try JSONDecoder().decode(ProgramSize.self, from: Data(size.utf8)),
            rowBytes: 784,
            plain: kind == .eight
                ? .init(
                    check: try check(.cortexM4, instructions: instructions.map { 4 * $0 }),
                    products: 4000, artificialProducts: 1000) : nil, steps: [])
        return outcome
    }

    private static func verdicts(_ parts: [FormatsReport.Part]) -> [String: String] {
        let claims = FormatsReport(parts: parts).claims
        return Dictionary(uniqueKeysWithValues: claims.map { ($0.claim, $0.verdict.rawValue) })
    }

    @Test func claims() throws {
        let part = FormatsReport.Part(
            name: "digits",
            seeds: [
                [
                    try Self.outcome(.float, instructions: nil),
                    try Self.outcome(.eight, instructions: 1000, lost: 0.02),
                    try Self.outcome(.sparse, instructions: 400, differing: 1),
                ]
            ])
        let found = Self.verdicts([part])
        #expect(found.count == 8)
        func verdict(_ words: String...) -> String? {
            found.first { entry in words.allSatisfy { entry.key.contains($0) } }?.value
        }
        #expect(verdict("spike as the same") == "did not hold")
        #expect(verdict("emulated boards") == "held")
        #expect(verdict("half a point") == "did not hold")
        #expect(verdict("fewer instructions than dense", "speed", "cortex-m4") == "held")
        #expect(verdict("plain loop") == "held")

        let report = FormatsReport(parts: [part])
        #expect(report.comparison.rows.count == 2)
        // 400 of 4000 in the plain loop, and of 1000 products at 1.875.
        #expect(report.comparison.rows[1][4] == .number(0.1))
        #expect(report.comparison.rows[1][5] == .number(1875))
        #expect(report.formats.rows.count == 3)
        #expect(report.formats.rows[0][6] == .number(1000) && report.formats.rows[0][8] == .missing)
        #expect(report.formats.rows[2][11] == .number(400))
        #expect(
            report.studyResult.tables.allSatisfy { table in
                table.rows.allSatisfy { $0.count == table.columns.count }
            })
    }

    @Test(arguments: [(13_444, "held"), (13_501, "did not hold")])
    func theSmallestNetwork(flash: Int, verdict: String) throws {
        let part = FormatsReport.Part(
            name: TinyNetwork.name,
            seeds: [[try Self.outcome(.wholeNumbers, instructions: 1000, flash: flash)]])
        let found = Self.verdicts([part])
        #expect(found.first { $0.key.contains("13 500") }?.value == verdict)
        // 1760 bytes without the 784 of the image.
        #expect(found.first { $0.key.contains("1 KiB") }?.value == "held")
    }

    @Test func whatIsLeftOutIsTold() throws {
        let part = FormatsReport.Part(
            name: "digits",
            seeds: [
                [
                    try Self.outcome(.eight, instructions: nil),
                    try Self.outcome(.sparse, instructions: nil),
                ]
            ])
        var (parts, left) = ([part], try Self.outcome(.float, instructions: nil))
        (left.kind, left.obstacle) = (.binary, "sums are too large")
        parts.append(.init(name: "mnist", seeds: [[left]]))
        let result = FormatsReport(parts: parts).studyResult
        #expect(result.findings.contains { $0.contains("Debian package 'qemu'") })
        #expect(result.findings.contains { $0.contains("mnist, binary half: no integers, sums") })
        #expect(Self.verdicts([part]).values.count { $0 == "undecided" } == 6)
    }

    @Test func settings() {
        let study = FormatsStudy()
        #expect(Studies.all.contains { $0.name == study.name })
        var context = StudyContext()
        context.settings = ["digit"]
        #expect(
            throws: UnknownNameError("--settings", "digit", known: FormatsStudy.settings)
        ) { try study.run(context) }
    }

    @Test func theSmallestNetworkIsThatOfTheExample() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let example = try String(
            contentsOf: root.appending(path: "Examples/tiny-mnist.yaml"), encoding: .utf8)
        let lines = example.split(separator: "\n").filter { line in
            !["#", "method:", "baseline:"].contains { line.hasPrefix($0) }
        }.filter { !$0.trimmingCharacters(in: .whitespaces).hasPrefix("#") }
        #expect(
            lines
                == TinyNetwork.configuration(quantizeEpochs: 10, trainEpochs: 23)
                .split(separator: "\n"))
    }
}
