import Foundation
import RanvierFormats

/// The right to change which runs are in a folder, and the file of their index: held for moments, by one process at a time.
///
/// The lock is the operating system's on the folder itself, so that it leaves nothing behind; where a network file system
/// locks no folders, it is one on the file `.ranvier.lock` in it, which stays.
final class FolderLock {
    private let descriptor: Int32

    /// Seconds after which whoever holds it counts as stuck.
    private static let patience = 60.0

    /// Does work that no other process may disturb. Not to be nested.
    ///
    /// - Throws: `FileError` where the folder cannot be locked; what the work throws.
    static func hold<Value>(_ folder: URL, work: () throws -> Value) throws -> Value {
        let lock = try FolderLock(folder)
        defer { withExtendedLifetime(lock) {} }
        return try work()
    }

    private init(_ folder: URL) throws(FileError) {
        let own = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0 else { throw FileError(folder, "read the folder") }
        var number = Self.wait(own)
        if number == 0 {
            descriptor = own
            return
        }
        close(own)
        if number != EWOULDBLOCK {
            let file = folder.appending(path: ".ranvier.lock")
            let other = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
            guard other >= 0 else { throw FileError(file, "write the file") }
            number = Self.wait(other)
            if number == 0 {
                descriptor = other
                return
            }
            close(other)
        }
        throw FileError(folder, "lock the folder", errorNumber: number)
    }

    deinit { close(descriptor) }

    /// 0 once the lock is held, else the system's number.
    private static func wait(_ descriptor: Int32) -> Int32 {
        let step: UInt32 = 2_000
        for _ in 0..<Int(patience * 1e6 / Double(step)) {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return 0 }
            guard errno == EWOULDBLOCK || errno == EINTR else { return errno }
            usleep(step)
        }
        return EWOULDBLOCK
    }
}
