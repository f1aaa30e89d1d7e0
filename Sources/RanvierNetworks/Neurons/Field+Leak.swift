import RanvierConfiguration

extension Field {
    /// How membranes decay: `leak`, a factor per step, or `membrane-time-constant` in seconds.
    static func leak(_ place: Place<Value, Leak>) -> Field {
        Field { section, value throws(ConfigurationError) in
            let standard = value[keyPath: place]
            try section.requireOne(of: "leak", "membrane-time-constant")
            if case .factor(let factor) = standard,
                !section.keys.contains("membrane-time-constant")
            {
                let factor = try section.float("leak", default: factor, in: 0...1)
                value[keyPath: place] = .factor(factor)
            } else if let factor = try section.optionalFloat("leak", in: 0...1) {
                value[keyPath: place] = .factor(factor)
            } else {
                let constant =
                    if case .timeConstant(let seconds) = standard { seconds } else { 20e-3 }
                value[keyPath: place] = .timeConstant(
                    try section.float("membrane-time-constant", default: constant, in: .positive))
            }
        } write: {
            let leak = $0[keyPath: place]
            let entry = leak.entry(factor: "leak", timeConstant: "membrane-time-constant")
            // As it is read: a time constant stands where there is no factor.
            if case .timeConstant = leak { return [.init("leak", .null), entry] }
            return [entry]
        } vary: { value, random in
            value[keyPath: place] = .random(using: &random)
        }
    }

    /// A leak under a prefix: `synaptic-leak` or `synaptic-time-constant`.
    static func leak(_ place: Place<Value, Leak>, prefix: String) -> Field {
        Field { section, value throws(ConfigurationError) in
            if let leak = try section.optionalLeak(prefix) {
                value[keyPath: place] = leak
            } else {
                let entry = value[keyPath: place].entry(prefix)
                section.record(entry.key, entry.value)
            }
        } write: {
            [$0[keyPath: place].entry(prefix)]
        } vary: { value, random in
            value[keyPath: place] = .random(using: &random)
        }
    }

    /// A leak under a prefix, or none.
    static func optionalLeak(_ place: Place<Value, Leak?>, prefix: String) -> Field {
        Field { section, value throws(ConfigurationError) in
            if let leak = try section.optionalLeak(prefix) {
                value[keyPath: place] = leak
            } else if ["leak", "time-constant"].contains(where: {
                section.keys.contains("\(prefix)-\($0)")
            }) {
                value[keyPath: place] = nil
            } else if let entry = value[keyPath: place]?.entry(prefix) {
                section.record(entry.key, entry.value)
            }
        } write: {
            $0[keyPath: place].map { [$0.entry(prefix)] } ?? []
        } vary: { value, random in
            value[keyPath: place] = Bool.random(using: &random) ? .random(using: &random) : nil
        }
    }
}

extension ConfigurationSection {
    /// Refuses two keys that say the same thing in two ways.
    fileprivate func requireOne(of key: String, _ other: String) throws(ConfigurationError) {
        let isBoth = [key, other].allSatisfy { node($0).map { !$0.isNull } ?? false }
        guard isBoth else { return }
        throw invalid(
            other,
            "has no effect beside '\(key)', which says the same as a factor; keep one of them")
    }

    /// A leak under a prefix; nil where neither key is there.
    fileprivate func optionalLeak(_ prefix: String) throws(ConfigurationError) -> Leak? {
        try requireOne(of: "\(prefix)-leak", "\(prefix)-time-constant")
        if let factor = try optionalFloat("\(prefix)-leak", in: 0...1) { return .factor(factor) }
        return try optionalFloat("\(prefix)-time-constant", in: .positive)
            .map { .timeConstant($0) }
    }
}

extension Leak {
    fileprivate func entry(_ prefix: String) -> ConfigurationValue.Entry {
        entry(factor: "\(prefix)-leak", timeConstant: "\(prefix)-time-constant")
    }

    fileprivate func entry(factor: String, timeConstant: String) -> ConfigurationValue.Entry {
        switch self {
        case .factor(let value): .init(factor, .float(value))
        case .timeConstant(let seconds): .init(timeConstant, .float(seconds))
        }
    }

    fileprivate static func random(using random: inout any RandomNumberGenerator) -> Leak {
        Bool.random(using: &random)
            ? .factor(Double.random(in: 0.1...0.95, using: &random))
            : .timeConstant(Double.random(in: 1e-3...50e-3, using: &random))
    }
}
