/// Similarities of every layer of one network with every layer of another.
public struct SimilarityMap: Sendable, Codable, Equatable {
    /// Layers of the network along the rows.
    public let rows: [String]
    /// Layers of the network along the columns.
    public let columns: [String]
    /// `[row][column]`; NaN where a similarity is not defined. Unbiased values may lie outside 0…1.
    public let values: [[Double]]

    /// A map from values.
    public init(rows: [String], columns: [String], values: [[Double]]) {
        precondition(
            values.count == rows.count && values.allSatisfy { $0.count == columns.count },
            "\(rows.count) × \(columns.count) values are needed")
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    /// Centred kernel alignment from summed HSICs; NaN where a self term is not positive.
    static func alignment(_ cross: Double, _ first: Double, _ second: Double) -> Double {
        guard first > 0, second > 0 else { return .nan }
        return cross / (first.squareRoot() * second.squareRoot())
    }

    /// Layers for which nothing is defined: dead ones, or with too few samples for their noise.
    public var undefinedLayers: [String] {
        let dead = rows.indices.filter { i in values[i].allSatisfy(\.isNaN) }.map { rows[$0] }
        let silent = columns.indices.filter { j in values.allSatisfy { $0[j].isNaN } }
        return dead + silent.map { columns[$0] }.filter { !dead.contains($0) }
    }

    /// Similarity of layers that belong together: the matched-layer curve, in the order of the rows.
    public var matched: [(layer: String, value: Double)] {
        matchedPlaces.map { i, j in
            let name = rows[i] == columns[j] ? rows[i] : "\(rows[i]) / \(columns[j])"
            return (name, values[i][j])
        }
    }

    /// Row and column of layers that belong together.
    ///
    /// Those of the same name. Where the networks share no name: those at the same place if they have equally many
    /// layers, else those whose names end in the same number, as `lif2` and its twin `relu2`.
    public var matchedPlaces: [(row: Int, column: Int)] {
        func pairs(_ key: (String) -> String?) -> [(row: Int, column: Int)] {
            rows.enumerated().compactMap { i, name in
                key(name).flatMap { wanted in columns.firstIndex { key($0) == wanted } }.map {
                    (row: i, column: $0)
                }
            }
        }
        let named = pairs { $0 }
        guard named.isEmpty else { return named }
        guard rows.count != columns.count else { return rows.indices.map { ($0, $0) } }
        return pairs { name in
            let digits = String(name.reversed().prefix { $0.isNumber }.reversed())
            return digits.isEmpty ? nil : digits
        }
    }

    /// Rows and columns exchanged.
    public var transposed: SimilarityMap {
        SimilarityMap(
            rows: columns, columns: rows,
            values: columns.indices.map { j in rows.indices.map { values[$0][j] } })
    }
}
