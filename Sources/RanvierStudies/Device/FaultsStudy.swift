import Ranvier
import RanvierReports

/// `device/faults`: bits that flip in weights and membranes, for four ways to store weights; bytes of updates over the air.
struct FaultsStudy: Study {
    let name = "device/faults"
    let title = "Flipped bits: 64-128-10 neurons on digits in integers"
    let source = "no published numbers; rates as in tests of memories by radiation and low voltage"

    func run(_ context: StudyContext) throws -> StudyResult {
        let (seeds, outcomes) = try DeviceStudies.outcomes(name, context)
        var result = StudyResult(findings: [], comparisons: [])
        let report = FaultsReport(seeds: outcomes)
        let claims = report.claims
        result.findings = StudyClaim.findings(claims)
        result.claims = claims
        result.tables = [report.table, report.updates]
        result.figures = report.figures
        result.seeds = seeds
        return result
    }
}
