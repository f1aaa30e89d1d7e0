import Foundation
import RanvierConfiguration

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
        let text: String
        do {
            text = try String(contentsOf: url, encoding: .utf8)
        } catch {
            throw ConfigurationError(
                location: url.relativePath, keyPath: "",
                problem: .unreadable(reason: Self.reason(for: error, at: url)))
        }
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
                    expected: "keys with values", found: node.found, nearest: nil))
        }
        self.file = file
        self.folder = folder
        root = ConfigurationSection(pairs: pairs, location: file, keyPath: "", registry: registry)
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

    private static func reason(for error: any Error, at url: URL) -> String {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            return "no such file"
        }
        if isFolder.boolValue { return "it is a folder; expected a YAML file" }
        guard FileManager.default.isReadableFile(atPath: url.path) else {
            return "permission denied"
        }
        return "it is not UTF-8 text"
    }
}
