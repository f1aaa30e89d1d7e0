import Ranvier

/// What both studies share: networks, and how findings are told.
enum DeviceStudies {
    static func outcomes(
        _ name: String, _ context: StudyContext
    ) throws -> (seeds: [UInt64], outcomes: [[DeviceOutcome]]) {
        let setting = context.isQuick ? DeviceWork.setting.quick : DeviceWork.setting
        let seeds = context.seeds.isEmpty ? setting.seeds : context.seeds
        let outcomes = try seeds.enumerated().map { index, seed in
            let grid = try SparseGrid(
                setting, seed: seed, registry: .standard, context: context)
            return try DeviceWork(grid: grid).run { kind in
                try context.advance(
                    to: Double(index) / Double(seeds.count), "seed \(seed): \(kind)",
                    isMilestone: true)
            }
        }
        return (seeds, outcomes)
    }

    static func findings(_ claims: [StudyClaim]) -> [String] {
        let held = claims.count { $0.verdict == .held }
        let failed = claims.filter { $0.verdict == .failed }.map(\.claim)
        return ["\(held) of \(claims.count) claims held."]
            + (failed.isEmpty ? [] : ["Did not hold: \(failed.joined(separator: "; "))."])
    }
}
