import Foundation

/// Where the reference vectors lie: `RANVIER_REFERENCE`, or the copies that ship with the tests.
enum ReferenceLocation {
    static func folder(of method: String) -> URL? {
        let roots = [
            ProcessInfo.processInfo.environment["RANVIER_REFERENCE"].map { URL(filePath: $0) }
        ]
        return roots.compactMap { $0?.appendingPathComponent(method) }
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }
}
