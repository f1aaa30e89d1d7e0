import Foundation
import Testing

/// What of the reference vectors no test reads is reported by name: files, and keys of the files that are read.
@Suite struct ReferenceCoverageTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

    /// The sources of these tests.
    private static func sources() throws -> String {
        let files = try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "swift" }
            .map { try String(contentsOf: $0, encoding: .utf8) }.joined(separator: "\n")
    }

    private static func isBuilt(_ module: String) -> Bool {
        let package = folder.deletingLastPathComponent().deletingLastPathComponent()
        return FileManager.default.fileExists(
            atPath: package.appending(path: "Sources/\(module)").path(percentEncoded: false))
    }

    private static func method(_ file: String) -> String {
        file.split(separator: "/").first.map(String.init) ?? ""
    }

    /// Files nobody reads: those of a method that is built, and those that wait for a module.
    private static func unread(
        _ files: Set<String>, isBuilt: (String) -> Bool
    ) -> (forgotten: Set<String>, waiting: Set<String>) {
        let unread = files.filter { ReferenceFile(rawValue: $0) == nil }
        let waiting = unread.filter { file in
            ReferenceFile.waiting[method(file)].map { !isBuilt($0) } ?? false
        }
        return (unread.subtracting(waiting), waiting)
    }

    /// The files that ship, and those of the folder that is named: each is read, or waits for a method.
    @Test func everyFileIsRead() throws {
        let files = Set(
            try [ReferenceFolder.shipped, ReferenceFolder.root].flatMap(ReferenceFolder.files))
        let (forgotten, waiting) = Self.unread(files, isBuilt: Self.isBuilt)
        #expect(!files.isEmpty, "no reference files")
        for file in forgotten.sorted() {
            Issue.record("no test reads \(file)")
        }
        for (method, files) in Dictionary(grouping: waiting, by: Self.method) {
            let names = files.sorted().joined(separator: ", ")
            Issue.record(
                "no test reads these until the method of \(method) is built: \(names)",
                severity: .warning)
        }
    }

    @Test func filesNobodyReadsAreFound() {
        let files: Set = [
            "surrogate-and-cka/cka.json", "surrogate-and-cka/new.json", "new-method/new.json",
            "sparse-and-quantized/new.json", "anomaly-detection/new.json", "stray.json",
        ]
        let early = Self.unread(files, isBuilt: { _ in false })
        #expect(
            early.forgotten == [
                "surrogate-and-cka/new.json", "new-method/new.json", "stray.json",
            ])
        #expect(
            early.waiting == ["sparse-and-quantized/new.json", "anomaly-detection/new.json"])
        let late = Self.unread(files, isBuilt: { $0 == "RanvierCompression" })
        #expect(late.forgotten.contains("sparse-and-quantized/new.json"))
        #expect(late.waiting == ["anomaly-detection/new.json"])
    }

    /// A case without a test would hide its file.
    @Test func everyCaseHasItsTest() throws {
        let sources = try Self.sources()
        for file in ReferenceFile.allCases {
            #expect(
                sources.contains(".reference(.\(file))"), "no test is marked .reference(.\(file))")
        }
    }

    /// Keys of a file and of the objects in its lists are written in the tests: asked for (`["key"]`) or declared.
    @Test func everyKeyIsRead() throws {
        let written = try Self.writtenKeys()
        for file in ReferenceFile.allCases where file.isThere {
            let value = try file.value()
            let elements = value.keys.flatMap { (try? value[$0].items) ?? [] }
            let keys = Set(value.keys + elements.flatMap(\.keys)).subtracting(ReferenceFile.remarks)
            for key in keys.subtracting(written).sorted()
            where !ReferenceFile.numbered.contains(where: key.hasPrefix) {
                Issue.record("no test reads the key \"\(key)\" of \(file.rawValue)")
            }
        }
    }

    /// Texts in quotation marks, and names of constants and cases.
    private static func writtenKeys() throws -> Set<String> {
        var keys: Set<String> = []
        for line in try sources().split(separator: "\n") {
            let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
            for index in stride(from: 1, to: parts.count, by: 2) {
                keys.insert(String(parts[index]))
            }
            let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
            switch words.first {
            case "let": keys.formUnion(words.dropFirst().prefix(1))
            case "case": keys.formUnion(words)
            default: break
            }
        }
        return keys
    }
}
