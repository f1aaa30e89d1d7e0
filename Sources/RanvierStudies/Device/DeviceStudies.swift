import Ranvier

/// What both studies share: networks.
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
}
