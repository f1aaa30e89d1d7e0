import Foundation

/// Writes files that are either whole or not there.
///
/// The bytes go to a temporary name in the same folder, are flushed to the disk, and then take the
/// final name in one step; whoever opens the file sees the old content or the new one.
package enum AtomicFile {
    /// Writes `data` to `url`, replacing what was there.
    ///
    /// - Throws: `FileError`; the old file is then untouched and nothing half-written is left.
    package static func write(_ data: Data, to url: URL) throws(FileError) {
        let temporary = url.deletingLastPathComponent().appendingPathComponent(
            ".\(url.lastPathComponent).partial-\(getpid())-\(UInt32.random(in: 0...UInt32.max))")
        let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError(url, "write the file") }
        do throws(FileError) {
            try fill(descriptor, with: data, as: url)
            guard rename(temporary.path, url.path) == 0 else {
                throw FileError(url, "give the file its final name")
            }
        } catch {
            unlink(temporary.path)
            throw error
        }
        synchronizeFolder(url.deletingLastPathComponent())
    }

    /// Flushes a folder's list of names, so that a rename survives a power cut.
    package static func synchronizeFolder(_ folder: URL) {
        let descriptor = open(folder.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// Writes all bytes, flushes them and closes the descriptor in every case.
    private static func fill(
        _ descriptor: Int32, with data: Data, as url: URL
    ) throws(FileError) {
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        defer { close(descriptor) }
        do {
            try handle.write(contentsOf: data)
        } catch {
            throw FileError(
                path: url.path, operation: "write the file", reason: error.localizedDescription)
        }
        guard fsync(descriptor) == 0 else { throw FileError(url, "flush the file") }
    }
}

/// A file that is written bit by bit and takes its name when it is whole; without ``finish()`` nothing is left of it.
package final class AtomicFileWriter {
    /// Where to write.
    package let handle: FileHandle
    private let url: URL
    private let temporary: URL
    private var isFinished = false

    /// Opens a temporary file beside the final one.
    ///
    /// - Throws: `FileError`.
    package init(_ url: URL) throws(FileError) {
        self.url = url
        temporary = url.deletingLastPathComponent().appendingPathComponent(
            ".\(url.lastPathComponent).partial-\(getpid())-\(UInt32.random(in: 0...UInt32.max))")
        let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError(url, "write the file") }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    deinit {
        if !isFinished { unlink(temporary.path) }
    }

    /// Flushes the file and gives it its name.
    ///
    /// - Throws: `FileError`.
    package func finish() throws(FileError) {
        guard fsync(handle.fileDescriptor) == 0 else { throw FileError(url, "flush the file") }
        guard rename(temporary.path, url.path) == 0 else {
            throw FileError(url, "give the file its final name")
        }
        isFinished = true
        AtomicFile.synchronizeFolder(url.deletingLastPathComponent())
    }
}
