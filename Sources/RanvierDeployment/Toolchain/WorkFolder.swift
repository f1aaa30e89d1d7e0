import Foundation

/// A folder to compile and run in, gone with this value's last copy.
final class WorkFolder: Sendable {
    let url: URL

    /// Makes the folder, and files in it.
    init(files: [String: String] = [:]) throws {
        url = FileManager.default.temporaryDirectory.appending(
            path: "ranvier-c-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for (name, text) in files {
            try Data(text.utf8).write(to: url.appending(path: name))
        }
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> URL { url.appending(path: name, directoryHint: .notDirectory) }
}
