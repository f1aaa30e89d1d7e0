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
    /// - Throws: `RunError.locked` if another process holds it, `.missing` if there is no directory,
    ///   `FileError` if it cannot be written or its file system has no locks.
    package init(directory: URL) throws {
        let file = directory.appending(path: Self.name)
        // Whoever only asks whether the lock is held holds it for an instant: try more than once.
        var attempts = 0
        while true {
            let descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else {
                guard errno != ENOENT else { throw RunError.missing(path: directory.path) }
                throw FileError(directory, "write into the folder")
            }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
                // The directory of this name may have become another in between.
                if FileIdentity(descriptor) == FileIdentity(path: file.path) {
                    self.descriptor = descriptor
                    return
                }
                close(descriptor)
                continue
            }
            let number = errno
            close(descriptor)
            guard number == EWOULDBLOCK || number == EINTR else {
                throw FileError(file, "lock the file", errorNumber: number)
            }
            attempts += 1
            guard attempts < 20 else { throw RunError.locked(path: directory.path) }
            usleep(10_000)
        }
    }

    deinit { close(descriptor) }

    package static let name = ".lock"

    /// Whether this is the lock of the directory that has the name now.
    func isOf(directory: URL) -> Bool {
        FileIdentity(descriptor)
            == FileIdentity(path: directory.appending(path: Self.name).path)
    }

    /// Whether some process holds the lock of a directory now.
    package static func isHeld(directory: URL) -> Bool {
        let file = directory.appending(path: name)
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }
}
