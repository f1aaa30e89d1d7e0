/// Where data come from and on what terms.
public struct DataOrigin: Sendable, Hashable, Codable {
    /// Who made them, or the file they were read from.
    public let source: String
    /// Licence, as far as known.
    public let licence: String

    /// Source and licence.
    public init(source: String, licence: String = "not stated") {
        self.source = source
        self.licence = licence
    }
}
