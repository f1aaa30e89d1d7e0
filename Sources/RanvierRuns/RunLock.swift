import Foundation
import RanvierFormats

/// The right to write a run directory, held by at most one process.
///
/// The lock is the operating system's on the file `.lock`: it ends with the process, however that
/// ends, and moves along when the directory is renamed.
package final class RunLock {
    private let descriptor: Int32

    /// Takes the lock of a directory.
    ///
    /// - Throws: `RunError.locked` if another process holds it, `FileError` if the directory cannot
    ///   be written.
    package init(directory: URL) throws {
        let file = directory.appending(path: Self.name)
        descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError(directory, "write into the folder") }
        // Whoever only asks whether the lock is held holds it for an instant: try more than once.
        for attempt in 0... {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
            guard attempt < 5 else { break }
            usleep(10_000)
        }
        close(descriptor)
        throw RunError.locked(path: directory.path)
    }

    deinit { close(descriptor) }

    package static let name = ".lock"

    /// Whether some process holds the lock of a directory now.
    package static func isHeld(directory: URL) -> Bool {
        let file = directory.appending(path: name)
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }
}
