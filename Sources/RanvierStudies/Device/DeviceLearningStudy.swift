import Ranvier
import RanvierReports

/// `device/learning`: what learning on the device makes good of a sensor's drift.
struct DeviceLearningStudy: Study {
    let name = "device/learning"
    let title = "Learning on the device: 64-128-10 neurons on digits whose sensor drifts"
    let source = "no published numbers; rules in whole numbers as RanvierDeployment states them"

    func run(_ context: StudyContext) throws -> StudyResult {
        let (seeds, outcomes) = try DeviceStudies.outcomes(name, context)
        var result = StudyResult(findings: [], comparisons: [])
        let report = LearningReport(seeds: outcomes)
        let claims = report.claims
        result.findings = StudyClaim.findings(claims)
        result.claims = claims
        result.tables = [report.table]
        result.seeds = seeds
        return result
    }
}
