extension ConfigurationValue {
    /// The path of the first key under which two trees differ; nil if they are equal.
    public func firstDifference(from other: ConfigurationValue) -> String? {
        if self == other { return nil }
        guard case .section(let entries) = self, case .section(let others) = other else {
            return ""
        }
        let keys = entries.map(\.key) + others.map(\.key)
        for key in keys {
            switch (self[key], other[key]) {
            case (let a?, let b?):
                guard let inner = a.firstDifference(from: b) else { continue }
                return inner.isEmpty ? key : "\(key).\(inner)"
            case (nil, nil): continue
            default: return key
            }
        }
        return ""
    }
}
