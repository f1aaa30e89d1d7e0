import Foundation
import RanvierConfiguration
import RanvierReports
import Testing

@testable import RanvierStudies

@Suite struct AlignmentStudiesTests {
    private func layer(_ rule: AlignedLayer.Rule) throws -> AlignedLayer {
        var setting = AlignedLayer.Setting()
        (setting.lower, setting.upper, setting.steps) = (8, 6, 2000)
        (setting.pairStep, setting.firstFactor) = (2e-3, 2)
        return AlignedLayer(setting, rule: rule, seed: 3)
    }

    @Test(arguments: AlignedLayer.Rule.allCases) func layersMoveAsTheirRuleSays(
        _ rule: AlignedLayer.Rule
    ) throws {
        var layer = try layer(rule)
        let before = layer
        for _ in 0..<12 { try layer.update() }
        if rule == .inverted {
            #expect(layer.agreement.angle > before.agreement.angle)
        } else {
            #expect(layer.agreement.angle < before.agreement.angle - 15)
        }
        let sums = [before, layer].map { own in zip(own.forward, own.feedback).map { $0 + $1 } }
        let isConserved = zip(sums[0], sums[1]).allSatisfy { abs($0 - $1) < 1e-9 }
        #expect(isConserved == (rule == .both))
        #expect((layer.forward == before.forward) == (rule != .both))
    }

    @Test func agreementIsAngleSlopeAndSize() {
        let same = WeightAgreement(forward: [1, -2, 0.5], feedback: [2, -4, 1])
        #expect(same.angle < 1e-6 && same.slope == 2 && same.size == 2)
        #expect(abs(WeightAgreement(forward: [1, 0], feedback: [0, 1]).angle - 90) < 1e-9)
    }

    /// Before anything is trained, whatever the study.
    @Test(arguments: Studies.all.filter { $0.choices.contains(.settings) }.map(\.name))
    func unknownSettingsAreRefused(name: String) throws {
        let study = try #require(Studies.all.first { $0.name == name })
        var context = StudyContext(isQuick: true)
        context.settings = ["nothing"]
        #expect(throws: UnknownNameError.self) { try study.run(context) }
    }

    @Test func claimsAreInTheJSONWithWhatWasMeasured() throws {
        let claims = [
            StudyClaim.inside(0.95...1.05, [1, 1.01], claim: "a", source: "s", what: "slope"),
            StudyClaim.below(16, [20, 21], claim: "b", source: "s", what: "degrees"),
            StudyClaim.inside(0.95...1.05, [0.8], claim: "c", source: "s", what: "slope"),
        ]
        #expect(claims.map(\.verdict) == [.held, .failed, .failed])
        var result = StudyResult(findings: [], comparisons: [])
        result.claims = claims
        let outcome = StudyOutcome(
            study: StudyDescription(
                name: "x", title: "x", source: "x", quick: false, seconds: 1, command: "x"),
            result: result, folder: "x")
        let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(outcome))
        let read = try #require((json as? [String: Any])?["claims"] as? [[String: Any]])
        #expect(read.map { $0["claim"] as? String } == ["a", "b", "c"])
        #expect(read.map { $0["measured"] as? Double } == [1.005, 20.5, 0.8])
        #expect(read.map { $0["limit"] as? Double } == [1.05, 16, 0.95])
        #expect(read[1]["verdict"] as? String == "did not hold")
    }

    @Test func effectiveWeightsNearEachOther() throws {
        let circuit = DaleCircuit(seed: 1)
        let first = circuit.effective
        #expect(abs(first[0] - first[1]) > 0.8)
        #expect(circuit.weights.allSatisfy { $0 >= 0 })
    }

    @Test func namesAreThere() {
        let names = Studies.all.map(\.name)
        for name in ["two-neurons", "layer", "chain", "sampling"] {
            #expect(names.contains("alignment/\(name)"))
        }
    }
}
