import RanvierLearning

/// What each operation costs on some hardware, with the source of every number.
///
/// A table always prices every `EnergyOperation`; a user's own is written as JSON or YAML with the
/// same fields and is checked when it is decoded.
public struct EnergyTable: Equatable, Sendable {
    /// The price of one operation.
    public struct Entry: Codable, Equatable, Sendable {
        /// Energy of one operation, in picojoules.
        public var picojoules: Double
        /// Where the number comes from.
        public var source: String

        /// Makes an entry.
        public init(picojoules: Double, source: String) {
            self.picojoules = picojoules
            self.source = source
        }
    }

    /// Name under which results cite the table.
    public let name: String
    /// Process and voltage in words.
    public let technology: String
    private let entries: [EnergyOperation: Entry]

    /// Makes a table.
    /// - Throws: `AnalysisError` for a missing operation, or an energy that is negative or not finite.
    public init(name: String, technology: String, entries: [EnergyOperation: Entry]) throws {
        for operation in EnergyOperation.allCases {
            guard let entry = entries[operation] else {
                throw AnalysisError.missingOperation(table: name, operation: operation.rawValue)
            }
            guard entry.picojoules.isFinite, entry.picojoules >= 0 else {
                throw AnalysisError.impossibleValue(
                    what: "energy table '\(name)', \(operation.rawValue)",
                    expected: "picojoules of at least 0", found: "\(entry.picojoules)")
            }
        }
        self.init(checked: name, technology: technology, entries: entries)
    }

    private init(checked name: String, technology: String, entries: [EnergyOperation: Entry]) {
        self.name = name
        self.technology = technology
        self.entries = entries
    }

    /// Price of an operation, in picojoules.
    public func picojoules(_ operation: EnergyOperation) -> Double {
        entries[operation]?.picojoules ?? .nan  // never missing: checked by the initialiser
    }

    /// Source of an operation's price.
    public func source(_ operation: EnergyOperation) -> String {
        entries[operation]?.source ?? ""
    }
}

// MARK: - The tables that ship

extension EnergyTable {
    /// 45 nm at 0.9 V, the table most publications on spiking networks use.
    ///
    /// Source: Horowitz 2014, "Computing's energy problem (and what we can do about it)", ISSCC.
    public static let horowitz2014: EnergyTable = {
        let arithmetic = "Horowitz 2014, ISSCC, figure 1.1.9"
        let memory = "Horowitz 2014, ISSCC, figure 1.1.9, scaled to 32 bits"
        func entry(_ picojoules: Double, _ source: String) -> Entry {
            Entry(picojoules: picojoules, source: source)
        }
        return EnergyTable(
            checked: "horowitz2014", technology: "45 nm CMOS, 0.9 V",
            entries: [
                .float32Add: entry(0.9, arithmetic),
                .float32Multiply: entry(3.7, arithmetic),
                .float32MultiplyAccumulate: entry(4.6, "sum of multiplication and addition"),
                .float16Add: entry(0.4, arithmetic),
                .float16Multiply: entry(1.1, arithmetic),
                .int32Add: entry(0.1, arithmetic),
                .int32Multiply: entry(3.1, arithmetic),
                .int8Add: entry(0.03, arithmetic),
                .int8Multiply: entry(0.2, arithmetic),
                .registerAccess: entry(1, "Horowitz 2014, order of magnitude"),
                .staticMemoryAccess: entry(5, memory),
                .dynamicMemoryAccess: entry(640, memory),
            ])
    }()

    /// All tables that ship, by name.
    public static let named: [String: EnergyTable] = [horowitz2014.name: horowitz2014]
}

// MARK: - Codable

extension EnergyTable: Codable {
    private enum CodingKeys: String, CodingKey {
        case name, technology, entries
    }

    /// Reads and checks a table.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            name: container.decode(String.self, forKey: .name),
            technology: container.decodeIfPresent(String.self, forKey: .technology) ?? "",
            entries: container.decode([EnergyOperation: Entry].self, forKey: .entries))
    }

    /// Writes a table.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(technology, forKey: .technology)
        try container.encode(entries, forKey: .entries)
    }
}
