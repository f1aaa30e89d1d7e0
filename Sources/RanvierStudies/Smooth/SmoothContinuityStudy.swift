/// `smooth/continuity`: spike times of smooth networks never jump.
package struct SmoothContinuityStudy: Study {
    package let name = "smooth/continuity"
    package let title = "Spike times that never jump"
    package let source = "Klos & Memmesheimer 2023, arXiv:2309.14523, main claim"

    package init() {}

    package func run(_ context: StudyContext) throws -> StudyResult {
        var analysis = ContinuityAnalysis()
        analysis.seed = context.seeds.first ?? analysis.seed
        if context.isQuick {
            analysis.sweeps = 20
            analysis.positions = 101
        }
        let models = try analysis.run { try context.advance(to: $0, $1) }
        return ContinuityReport(analysis, models: models).studyResult(withClaims: true)
    }
}
