/// `smooth/continuity`: spike times of smooth networks never jump.
struct SmoothContinuityStudy: Study {
    let name = "smooth/continuity"
    let title = "Spike times that never jump"
    let source = "Klos & Memmesheimer 2023, arXiv:2309.14523, main claim"

    func run(_ context: StudyContext) throws -> StudyResult {
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
