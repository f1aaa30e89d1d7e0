import Foundation

/// Where the reference vectors lie: `RANVIER_REFERENCE`, or the copies that ship with the tests.
enum ReferenceLocation {
    static func folder(of method: String) -> URL? {
        let given = ProcessInfo.processInfo.environment["RANVIER_REFERENCE"]
        let root =
            given.map { URL(filePath: $0) }
            ?? Bundle.module.resourceURL?.appendingPathComponent("Reference")
        guard let folder = root?.appendingPathComponent(method),
            FileManager.default.fileExists(atPath: folder.path)
        else { return nil }
        return folder
    }
}
