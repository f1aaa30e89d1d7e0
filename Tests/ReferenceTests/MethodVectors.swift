import Foundation

/// Finds and decodes vector files, `<method>/<name>.json`, in the folder named by
/// `RANVIER_REFERENCE` or else in the copies shipped with the tests.
enum MethodVectors {
    static var folder: URL {
        if let path = ProcessInfo.processInfo.environment["RANVIER_REFERENCE"], !path.isEmpty {
            return URL(fileURLWithPath: path)
        }
        return Bundle.module.bundleURL.appendingPathComponent("Reference")
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent(path).path)
    }

    static func decode<File: Decodable>(_ path: String) throws -> File {
        let data = try Data(contentsOf: folder.appendingPathComponent(path))
        return try JSONDecoder().decode(File.self, from: data)
    }
}
