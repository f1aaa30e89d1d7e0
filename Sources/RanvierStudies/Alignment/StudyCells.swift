import Foundation
import RanvierLearning
import RanvierTensors
import Synchronization

/// Runs of a study that do not need each other, on all cores; each is stored when it is done.
struct StudyCells: Sendable {
    let context: StudyContext
    private let procedure: Procedure

    /// - Parameter name: of the study; a folder of the cache.
    init(_ name: String, _ context: StudyContext) {
        self.context = context
        procedure = Procedure(folder: context.cache?.appending(path: "studies/\(name)"))
    }

    /// Outcomes of some cells in their order, those that are stored as they are.
    ///
    /// - Parameters:
    ///   - cells: names that say every setting, as files may be named, and what stands behind them.
    ///   - work: what a cell does, on any thread.
    func outcomes<Cell: Sendable, Outcome: Codable & Sendable>(
        _ cells: [(name: String, cell: Cell)], work: @Sendable @escaping (Cell) throws -> Outcome
    ) throws -> [Outcome] {
        var outcomes: [Outcome] = []
        let width = Parallel.threads
        for first in stride(from: 0, to: cells.count, by: width) {
            let part = Array(cells[first..<min(first + width, cells.count)])
            try context.advance(
                to: Double(first) / Double(cells.count), part.map(\.name).joined(separator: ", "))
            let found = Mutex<[Int: Result<Outcome, any Error>]>([:])
            Parallel.forEach(parts: part.count) { index in
                let result = Result {
                    try procedure.round(part[index].name) { try work(part[index].cell) }
                }
                found.withLock { $0[index] = result }
            }
            let results = found.withLock { $0 }
            outcomes += try part.indices.compactMap { try results[$0]?.get() }
        }
        return outcomes
    }
}
