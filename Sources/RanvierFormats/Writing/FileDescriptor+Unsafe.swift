import Foundation

/// A file that is open for writing: the system's calls, with its numbers for what went wrong.
package struct FileDescriptor: Sendable {
    /// The system's number of it.
    package let number: Int32

    /// A file that is open already.
    package init(number: Int32) { self.number = number }

    /// Writes all bytes.
    ///
    /// - Returns: 0, or the system's number for what went wrong; some of the bytes may be written then.
    package func write(_ data: Data) -> Int32 {
        data.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = Foundation.write(
                    number, bytes.baseAddress.map { $0 + done }, bytes.count - done)
                if count < 0 {
                    guard errno == EINTR || errno == EAGAIN else { return errno }
                    // Another program may have made a shared terminal or pipe non-blocking.
                    if errno == EAGAIN { usleep(1000) }
                } else {
                    done += count
                }
            }
            return 0
        }
    }

    /// Writes all bytes of a file, as far as a test lets it.
    ///
    /// - Throws: `FileError` that names `url`.
    package func write(_ data: Data, as url: URL) throws(FileError) {
        if let failure = WritingFault.failure(.write, of: url) {
            _ = write(data.prefix(failure.bytes))
            throw FileError(url, "write the file", errorNumber: failure.number)
        }
        let number = write(data)
        guard number == 0 else { throw FileError(url, "write the file", errorNumber: number) }
    }

    /// Sees to it that what is written is on the disk.
    ///
    /// - Throws: `FileError` that names `url`.
    package func flush(as url: URL) throws(FileError) {
        if let failure = WritingFault.failure(.flush, of: url) {
            throw FileError(url, "flush the file", errorNumber: failure.number)
        }
        // A pipe has no disk.
        guard fsync(number) == 0 || errno == EINVAL || errno == ENOTSUP else {
            throw FileError(url, "flush the file")
        }
    }

    /// Closes it.
    package func close() { Foundation.close(number) }
}
