import RanvierConfiguration
import RanvierLearning

extension EpochReport {
    /// Records of angles: feedback to forward weights, and changes of weights to the gradient.
    static let angleRecords = ["feedbackAngles", "gradientAngles"]

    /// Degrees between feedback weights and the forward ones after the epoch, by name; 90 is by chance, 0 the same direction.
    public internal(set) var feedbackAngles: [String: Double] {
        get { angles(Self.angleRecords[0]) }
        set { setAngles(newValue, Self.angleRecords[0]) }
    }

    /// Degrees between the rule's changes of weights and the gradient on the first batch of the epoch, by name.
    public internal(set) var gradientAngles: [String: Double] {
        get { angles(Self.angleRecords[1]) }
        set { setAngles(newValue, Self.angleRecords[1]) }
    }

    private func angles(_ key: String) -> [String: Double] {
        guard case .section(let entries)? = records[key] else { return [:] }
        var found: [String: Double] = [:]
        for entry in entries {
            switch entry.value {
            case .float(let angle): found[entry.key] = angle
            case .integer(let angle): found[entry.key] = Double(angle)
            default: continue
            }
        }
        return found
    }

    private mutating func setAngles(_ angles: [String: Double], _ key: String) {
        records[key] =
            angles.isEmpty
            ? nil
            : .section(
                angles.sorted { $0.key < $1.key }.map { .init($0.key, .float($0.value)) })
    }

    /// Checks that angles are those of some layers.
    ///
    /// - Throws: `TrainingStateError`.
    func requireAngles(of names: Set<String>) throws(TrainingStateError) {
        for key in Self.angleRecords {
            guard let record = records[key] else { continue }
            guard case .section(let entries) = record else {
                throw TrainingStateError(
                    expected: "angles by layer under '\(key)' in the report of epoch \(epoch)",
                    found: "something else")
            }
            let angles = angles(key)
            for entry in entries {
                guard names.contains(entry.key), let angle = angles[entry.key],
                    (0...180).contains(angle)
                else {
                    throw TrainingStateError(
                        expected:
                            "0 to 180 degrees for weights of this network under '\(key)' in the "
                            + "report of epoch \(epoch)",
                        found: "'\(entry.key)'"
                            + (angles[entry.key].map { " with \($0)" } ?? " without a number"))
                }
            }
        }
    }
}
