extension ConfigurationValue {
    /// The path of the first key under which two trees differ; nil if they are equal.
    ///
    /// - Parameter ignored: paths that may differ.
    public func firstDifference(
        from other: ConfigurationValue, ignoring ignored: Set<String> = [], at path: String = ""
    ) -> String? {
        if self == other || ignored.contains(path) { return nil }
        guard case .section(let entries) = self, case .section(let others) = other else {
            return path
        }
        for key in entries.map(\.key) + others.map(\.key) {
            let inner = path.isEmpty ? key : "\(path).\(key)"
            let mine = self[key] ?? .null, theirs = other[key] ?? .null
            if let found = mine.firstDifference(from: theirs, ignoring: ignored, at: inner) {
                return found
            }
        }
        return nil
    }
}
