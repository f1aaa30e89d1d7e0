import Foundation

extension Folder {
    /// Lets two names change places in one step, so that each is there at every instant.
    ///
    /// - Returns: whether the system and the file system can do that; else nothing has changed.
    /// - Throws: `FileError` that names the second.
    package static func exchange(
        _ url: URL, _ name: URL, _ operation: String
    ) throws(FileError) -> Bool {
        if let failure = WritingFault.failure(.rename, of: name) {
            throw FileError(name, operation, errorNumber: failure.number)
        }
        #if canImport(Darwin)
            let answer = renamex_np(url.path, name.path, UInt32(RENAME_SWAP))
        #else
            // The C library has the call, but its declaration is hidden from Swift.
            typealias Call =
                @convention(c) (
                    Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32
                ) -> Int32
            guard let symbol = dlsym(nil, "renameat2") else { return false }
            let exchanging: UInt32 = 2
            let answer = unsafeBitCast(symbol, to: Call.self)(
                AT_FDCWD, url.path, AT_FDCWD, name.path, exchanging)
        #endif
        if answer == 0 { return true }
        let number = errno
        guard ![EINVAL, ENOSYS, ENOTSUP].contains(number) else { return false }
        throw FileError(name, operation, errorNumber: number)
    }
}
