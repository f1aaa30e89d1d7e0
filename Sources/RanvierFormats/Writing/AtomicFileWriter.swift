import Foundation

/// A file that is written bit by bit and takes its name when it is whole; without ``finish()`` nothing is left of it.
///
/// What is no file of a folder, a device or a pipe, is written as it is.
package final class AtomicFileWriter {
    private let url: URL
    private let file: FileDescriptor
    /// The name until then; nil for what is no file of a folder.
    private var temporary: URL?
    private let fault = WritingFault.current

    /// Opens a temporary file beside the final one, and removes those that dead processes have left of it.
    ///
    /// - Throws: `FileError`.
    package init(_ url: URL) throws(FileError) {
        self.url = url
        if Self.isDevice(url) {
            let number = open(url.path, O_WRONLY | O_CLOEXEC)
            guard number >= 0 else { throw FileError(url, "write the file") }
            file = FileDescriptor(number: number)
        } else {
            PartialFile.removeAbandoned(of: url)
            (file, temporary) = try PartialFile.create(for: url)
        }
    }

    deinit {
        if let temporary, fault?.hasKilled != true { unlink(temporary.path) }
        file.close()
    }

    /// Adds bytes.
    ///
    /// - Throws: `FileError`.
    package func write(_ data: Data) throws(FileError) { try file.write(data, as: url) }

    /// Flushes the file and gives it its name.
    ///
    /// - Throws: `FileError`.
    package func finish() throws(FileError) {
        try file.flush(as: url)
        guard let partial = temporary else { return }
        try Folder.rename(partial, to: url, "give the file its final name")
        temporary = nil
        Folder.synchronize(url.deletingLastPathComponent())
    }

    /// Whether a name stands for something that a file must not take the place of.
    private static func isDevice(_ url: URL) -> Bool {
        var status = stat()
        guard stat(url.path, &status) == 0 else { return false }
        let kind = status.st_mode & S_IFMT
        return [S_IFCHR, S_IFIFO, S_IFSOCK, S_IFBLK].contains(kind)
            || ["/dev/", "/proc/"].contains { url.path.hasPrefix($0) }
    }
}
