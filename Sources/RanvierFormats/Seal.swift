/// What the checksum of a stored file says of the rest of it.
public enum Seal: Hashable, Sendable {
    /// The file is as it was written.
    case whole
    /// It has none: an earlier version wrote it, or somebody removed it.
    case missing
    /// Something has changed since.
    case broken(stated: String, found: String)

    /// The key or entry that holds a checksum.
    static let key = "checksum"

    /// What is wrong, to follow the name of the file; nil where nothing is.
    public var problem: String? {
        guard case .broken(let stated, let found) = self else { return nil }
        return "expected the checksum \(stated), found \(found): damaged, or changed after it was "
            + "written; if you changed it on purpose, remove the entry '\(Self.key)'"
    }

    /// What to tell of a file that is taken without a checksum; nil where it has one.
    public func warning(file: String) -> String? {
        guard self == .missing else { return nil }
        return
            "\(file): has no checksum, so that damage would go unnoticed; an earlier version wrote it, "
            + "or its checksum was removed"
    }
}
