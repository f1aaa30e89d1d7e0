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
        let file = try AtomicFileWriter(url)
        try file.write(data)
        try file.finish()
    }
}
