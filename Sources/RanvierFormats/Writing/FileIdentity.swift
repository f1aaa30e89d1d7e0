import Foundation

/// Which file it is, whatever its name: two descriptors or paths of one identity are the same file.
package struct FileIdentity: Hashable, Sendable {
    private let device: UInt64
    private let file: UInt64

    private init(_ status: stat) {
        device = UInt64(status.st_dev)
        file = UInt64(status.st_ino)
    }

    /// Of an open file; nil where it is not open.
    package init?(_ descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    /// Of what lies at a path now; nil where nothing does.
    package init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }
}
