import Foundation

extension ConfigurationValue {
    /// The tree with the paths of files under some keys made absolute: text, or each text of a list.
    ///
    /// What is absolute already, and what stands under no such key, stays. Patterns such as `*.csv` keep their marks.
    ///
    /// - Parameters:
    ///   - places: the keys to follow from the top, for each place that holds paths.
    ///   - folder: what relative paths start from.
    public func withAbsolutePaths(
        under places: [[String]], from folder: URL
    ) -> ConfigurationValue {
        places.reduce(self) { tree, place in tree.absolute(at: place[...], from: folder) }
    }

    private func absolute(at place: ArraySlice<String>, from folder: URL) -> ConfigurationValue {
        if let key = place.first {
            guard case .section(let entries) = self else { return self }
            return .section(
                entries.map { entry in
                    guard entry.key == key else { return entry }
                    return Entry(key, entry.value.absolute(at: place.dropFirst(), from: folder))
                })
        }
        switch self {
        case .string(let path): return .string(Self.absolutePath(path, from: folder))
        case .list(let values):
            return .list(values.map { $0.absolute(at: place, from: folder) })
        case .null, .boolean, .integer, .float, .section: return self
        }
    }

    private static func absolutePath(_ path: String, from folder: URL) -> String {
        guard !path.isEmpty else { return path }
        return URL(filePath: path, relativeTo: folder).standardizedFileURL.path
    }
}
