import Foundation

/// Hears what is to be known of a stored file that was taken all the same: that it has no checksum, that it was changed.
public typealias StoredFileWarning = (String) -> Void

/// What hears warnings about stored files where the caller names nobody.
public enum StoredFileWarnings {
    /// Standard error: whoever hands in nothing still gets to know.
    public static let standardError: @Sendable (String) -> Void = { warning in
        FileHandle.standardError.write(Data("warning: \(warning)\n".utf8))
    }
}
