import Foundation

/// A file that is being written, under a hidden name beside its final one: `.NAME.partial-PID-NUMBER`.
///
/// Its writer holds the system's lock on it until it has its final name. The lock ends with the process, however that ends,
/// so that a partial file whose lock is free is nobody's, whatever number its process had and on whichever machine that ran,
/// and goes at the next write of the same name or the next start of the run it lies in. On a file system that has no locks
/// nothing is taken for abandoned. On a shared disk whose locks do not reach other machines one folder must be written from
/// one machine at a time.
package enum PartialFile {
    /// Creates the file and takes its lock.
    ///
    /// - Throws: `FileError` that names `url`.
    static func create(
        for url: URL
    ) throws(FileError) -> (file: FileDescriptor, temporary: URL) {
        if let failure = WritingFault.failure(.create, of: url) {
            throw FileError(url, "write the file", errorNumber: failure.number)
        }
        while true {
            let temporary = url.deletingLastPathComponent().appending(
                path: "\(prefix(of: url))\(getpid())-\(UInt32.random(in: 0...UInt32.max))")
            let number = open(temporary.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            guard number >= 0 else { throw FileError(url, "write the file") }
            // Between its creation and its lock it looks abandoned: who finds it gone makes another.
            let isLocked = flock(number, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
            if isLocked, FileIdentity(number) == FileIdentity(path: temporary.path) {
                return (FileDescriptor(number: number), temporary)
            }
            close(number)
        }
    }

    /// Removes the abandoned partial files of one name.
    package static func removeAbandoned(of url: URL) {
        let prefix = prefix(of: url)
        removeAbandoned(in: url.deletingLastPathComponent()) { $0.hasPrefix(prefix) }
    }

    /// Removes all abandoned partial files in a folder.
    package static func removeAbandoned(in folder: URL) {
        removeAbandoned(in: folder) { $0.hasPrefix(".") }
    }

    /// Names may have 255 bytes, and this one is longer than the file's own.
    private static func prefix(of url: URL) -> String {
        var name = Substring(url.lastPathComponent)
        while name.utf8.count > 200 { name.removeLast() }
        return ".\(name).partial-"
    }

    private static func removeAbandoned(in folder: URL, where isMeant: (String) -> Bool) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names where isMeant(name) && isPartial(name) {
            let path = folder.appending(path: name).path
            let number = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard number >= 0 else { continue }
            if flock(number, LOCK_EX | LOCK_NB) == 0,
                FileIdentity(number) == FileIdentity(path: path)
            {
                unlink(path)
            }
            close(number)
        }
    }

    /// Whether a name ends as those of partial files do.
    static func isPartial(_ name: String) -> Bool {
        guard let mark = name.range(of: ".partial-", options: .backwards) else { return false }
        let numbers = name[mark.upperBound...].split(
            separator: "-", omittingEmptySubsequences: false)
        return numbers.count == 2 && numbers.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isNumber) }
    }
}
