import Foundation
import RanvierReports
import Testing

@testable import RanvierStudies

/// What the report of `sparse/robustness` says of outcomes that are made up.
@Suite struct SparseRobustnessTests {
    typealias Study = SparseRobustnessStudy

    private static func outcome(_ clean: Double, _ lost: [Double]) -> Study.Outcome {
        let levels: [(Study.Family, String, Double)] = [
            (.noise, "Gaussian noise", 16), (.noise, "Gaussian noise", 32),
            (.faults, "missing", 0.1), (.drift, "gain", 0.5),
        ]
        return Study.Outcome(
            clean: clean, weightBytes: 100,
            rows: zip(levels, lost).map { level, lost in
                Study.Row(
                    family: level.0, damage: level.1, size: level.2, unit: "parts",
                    accuracy: clean - lost)
            })
    }

    @Test func claimsCompareWithTheDenseNetworkOfTheSeed() throws {
        let seeds: [[Study.Subject: Study.Outcome]] = (0..<3).map { seed in
            let shift = 0.001 * Double(seed)
            return [
                .dense: Self.outcome(0.97, [0.01, 0.05 + shift, 0.1, 0.2]),
                .ticket: Self.outcome(0.9, [0.05 + shift, 0.15, 0.1 + shift, 0.2]),
                .eightBits: Self.outcome(0.97, [0.01, 0.05 + shift, 0.1, 0.2]),
                .fourBits: Self.outcome(0.96, [0.01, 0.05 + shift, 0.13 + shift, 0.2]),
                .binary: Self.outcome(0.93, [0, 0.02 + shift, 0.05, 0.1 + shift]),
            ]
        }
        let result = SparseRobustnessReport(seeds: seeds, setting: .digits).studyResult
        let claims = try #require(result.allTables.first { $0.name == "claims" })
        #expect(claims.rows.count == 12)
        func verdict(_ words: String...) -> StudyValue? {
            claims.rows.first { row in
                guard case .text(let claim) = row[0] else { return false }
                return words.allSatisfy { claim.contains($0) }
            }?[1]
        }
        #expect(verdict("ticket", "noise") == .text("did not hold"))
        #expect(verdict("ticket", "drift") == .text("held"))
        #expect(verdict("8 bits", "drift") == .text("held"))
        #expect(verdict("4 bits", "faults") == .text("did not hold"))
        #expect(verdict("binary", "faults") == .text("held"))
        #expect(result.findings.first == "10 of 12 claims held.")
        let more = try #require(result.tables.first { $0.name == "more" })
        #expect(more.columns.count == 4 + 3 * 4 && more.rows.count == 4)
        // The first level of the ticket: four points more, with the interval of three seeds.
        guard case .number(let mean) = more.rows[0][4], case .number(let low) = more.rows[0][5]
        else {
            Issue.record("\(more.rows[0])")
            return
        }
        #expect(abs(mean - 4.1) < 1e-9 && abs(low - (4.1 - 4.3027 * 0.1 / 3.0.squareRoot())) < 1e-3)
        let left = try #require(result.tables.first { $0.name == "left" })
        guard case .spread(let accuracy, _) = left.rows[3][4] else {
            Issue.record("\(left.rows[3])")
            return
        }
        #expect(abs(accuracy - 77) < 1e-9)
        #expect(result.figures.map(\.name) == ["noise", "sensor-faults", "drift"])
    }

    @Test func theTicketIsTheOneWithNineInTenGone() {
        #expect(Study.round(.digits) == 5)
        #expect(Study.round(SparseSetting.digits.quick) == 3)
    }
}
