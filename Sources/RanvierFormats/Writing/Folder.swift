import Foundation

/// What is done to folders and the names in them.
package enum Folder {
    /// Makes a folder and those above it, unless they are there.
    ///
    /// - Throws: `FileError`.
    package static func make(_ url: URL) throws(FileError) {
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
            guard let number = underlying.map({ Int32($0.code) }) else {
                throw FileError(
                    path: url.path, operation: "create the folder",
                    reason: error.localizedDescription)
            }
            throw FileError(url, "create the folder", errorNumber: number)
        }
    }

    /// Flushes a folder's list of names, so that a rename survives a power cut.
    package static func synchronize(_ folder: URL) {
        let descriptor = open(folder.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// Gives a file or folder another name; a file, or an empty folder, of that name goes.
    ///
    /// - Throws: `FileError` that names the new one.
    package static func rename(
        _ url: URL, to name: URL, _ operation: String
    ) throws(FileError) {
        if let failure = WritingFault.failure(.rename, of: name) {
            throw FileError(name, operation, errorNumber: failure.number)
        }
        guard Foundation.rename(url.path, name.path) == 0 else {
            throw FileError(name, operation)
        }
    }

    /// Removes a folder and what is in it.
    ///
    /// - Throws: `FileError`.
    package static func remove(_ url: URL) throws(FileError) {
        guard WritingFault.current?.hasKilled != true else { return }
        do {
            try FileManager.default.removeItem(at: url)
        } catch {
            throw FileError(
                path: url.path, operation: "remove the folder", reason: error.localizedDescription)
        }
    }
}
