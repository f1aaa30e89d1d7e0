import Foundation
import RanvierConfiguration
import RanvierFormats

/// Reads a YAML configuration: typed values by key, with errors that name file, line and key.
///
///     let reader = try ConfigurationReader(file: url, overrides: [.init("training.epochs=3")])
///     let training = try reader.root.section("training")
///     let epochs = try training.integer("epochs", default: 10, in: 1...)
///     let rate = try training.float("learning-rate", default: 1e-3, in: .positive)
///     try reader.finish()
///
/// The known keys are those that were asked for: `finish()` rejects every other one. `resolved` is
/// the tree of all values that were asked for, defaults included, in the order of asking.
/// It does not do: includes, environment variables, units.
public final class ConfigurationReader {
    /// The top of the configuration.
    public let root: ConfigurationSection
    /// The file's name in messages.
    public let file: String
    /// The folder that relative paths in the configuration start from.
    public let folder: URL

    /// Reads a file; `overrides` replace or add values, and kinds are those of a registry.
    ///
    /// - Parameter folder: what relative paths start from; nil for the file's own folder.
    /// - Throws: `ConfigurationError` if it cannot be read or is not YAML with a section at the top.
    public convenience init(
        file url: URL, folder: URL? = nil, overrides: [ConfigurationOverride] = [],
        registry: Registry = Registry()
    ) throws(ConfigurationError) {
        let text = try Self.text(of: url)
        try self.init(
            yaml: text, file: url.relativePath, folder: folder ?? url.deletingLastPathComponent(),
            overrides: overrides, registry: registry)
    }

    /// Reads YAML text; `file` names it in messages.
    ///
    /// - Throws: `ConfigurationError` if it is not YAML with a section at the top.
    public init(
        yaml: String, file: String, folder: URL = URL(filePath: "."),
        overrides: [ConfigurationOverride] = [], registry: Registry = Registry()
    ) throws(ConfigurationError) {
        var node = try ConfigurationNode(yaml: yaml, file: file)
        for override in overrides { try node.apply(override) }
        guard case .section(let pairs) = node.content else {
            throw ConfigurationError(
                location: node.location, keyPath: "",
                problem: .wrongValue(
                    expected: "keys with values", found: node.found + Self.advice(on: yaml),
                    nearest: nil))
        }
        self.file = file
        self.folder = folder
        root = ConfigurationSection(
            pairs: pairs, location: file, keyPath: "", registry: registry, folder: folder)
    }

    /// A section at the top.
    ///
    /// - Throws: `ConfigurationError` if the key holds something else.
    public func section(_ key: String) throws(ConfigurationError) -> ConfigurationSection {
        try root.section(key)
    }

    /// Rejects every key that nothing has asked for, in all sections that were opened.
    ///
    /// - Throws: `ConfigurationError` for the first of them.
    public func finish() throws(ConfigurationError) { try root.finish() }

    /// Every value that was asked for, defaults included, in the order of asking.
    public var resolved: ConfigurationValue { root.resolved }

    /// The text of a file.
    ///
    /// - Throws: `ConfigurationError` that says what the file is where it is no configuration.
    static func text(of url: URL) throws(ConfigurationError) -> String {
        func unreadable(_ reason: String) -> ConfigurationError {
            ConfigurationError(
                location: url.relativePath, keyPath: "", problem: .unreadable(reason: reason))
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw unreadable("no such file")
        }
        let nature = FileNature(of: url)
        if isFolder.boolValue {
            throw unreadable(
                "it is \(nature?.words ?? "a folder"); expected a YAML file"
                    + (nature.map { "; \($0.advice)" } ?? ""))
        }
        guard let file = try? FileHandle(forReadingFrom: url) else {
            throw unreadable("permission denied")
        }
        defer { try? file.close() }
        // One byte more than may be, so that longer files are known without being read.
        guard let bytes = try? file.read(upToCount: YAMLBounds.bytes + 1) ?? Data() else {
            throw unreadable("it cannot be read")
        }
        let text = String(validating: bytes, as: UTF8.self)
        if let nature, nature != .configuration, nature.isBinary || text == nil {
            throw unreadable("it is \(nature.words); \(nature.advice)")
        }
        guard bytes.count <= YAMLBounds.bytes else {
            throw unreadable(
                "expected at most \(YAMLBounds.bytes >> 20) MiB of YAML, found a longer file"
                    + advice(on: text ?? ""))
        }
        guard let text else {
            throw unreadable(
                "it is not UTF-8 text; save it as UTF-8, or, if it is a table, let its name end in .csv"
            )
        }
        return text
    }

    /// What to do with text that is a table: its first line has cells; else empty.
    private static func advice(on text: String) -> String {
        let first = text.prefix(4096).split(whereSeparator: \.isNewline).first ?? ""
        guard first.contains(where: { ",;\t".contains($0) }), !first.contains(": ") else {
            return ""
        }
        return "; it looks like a table: let its name end in .csv, and `ranvier init` writes a "
            + "configuration for it"
    }
}
