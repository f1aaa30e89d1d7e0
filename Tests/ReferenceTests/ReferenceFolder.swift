import Foundation
import Testing

/// Where the reference vectors lie: the folder named by `RANVIER_REFERENCE`, else the copies that ship with
/// the tests. It holds one folder per method, each with JSON files and a README.
///
///     @Test(.reference("surrogate-and-cka", "encodings.json"))
///     func encodings() throws {
///         let file = try #require(try ReferenceFolder.value("surrogate-and-cka", "encodings.json"))
///         let steps = try file["T"].int
///     }
///
/// Tests that meet a folder without their file are reported as skipped, with the place that was searched.
enum ReferenceFolder {
    /// The folder of method folders.
    static let root: URL = {
        if let path = ProcessInfo.processInfo.environment["RANVIER_REFERENCE"], !path.isEmpty {
            return URL(filePath: path)
        }
        return Bundle.module.resourceURL.map { $0.appending(path: "Reference") }
            ?? URL(filePath: "Reference")
    }()

    /// Names of the method folders that are there, sorted.
    static var methods: [String] {
        let entries = try? FileManager.default.contentsOfDirectory(
            at: root, includingPropertiesForKeys: [.isDirectoryKey])
        return (entries ?? []).filter {
            (try? $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) ?? false
        }.map(\.lastPathComponent).sorted()
    }

    /// A file of a method; nil if the folder or the file is absent.
    static func url(method: String, file: String) -> URL? {
        let url = root.appending(path: method).appending(path: file)
        return FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) ? url : nil
    }

    /// The contents of a file for access by key; nil if it is absent.
    static func value(_ method: String, _ file: String) throws -> ReferenceValue? {
        guard let url = url(method: method, file: file) else { return nil }
        let object = try JSONSerialization.jsonObject(
            with: Data(contentsOf: url), options: [.fragmentsAllowed])
        return ReferenceValue(object, place: "\(method)/\(file)")
    }

    /// The contents of a file as a type; nil if it is absent.
    static func decode<Contents: Decodable>(
        _ type: Contents.Type, method: String, file: String
    ) throws -> Contents? {
        guard let url = url(method: method, file: file) else { return nil }
        return try JSONDecoder().decode(type, from: Data(contentsOf: url))
    }
}

extension Trait where Self == ConditionTrait {
    /// Runs the test if the reference file is there; else it is reported as skipped, and why.
    static func reference(_ method: String, _ file: String) -> Self {
        .enabled(
            if: ReferenceFolder.url(method: method, file: file) != nil,
            "skipped: no \(method)/\(file) in \(ReferenceFolder.root.path(percentEncoded: false))")
    }
}
