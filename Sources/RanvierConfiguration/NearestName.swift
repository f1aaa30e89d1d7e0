/// Finds the known name that a mistyped one was meant to be.
package enum NearestName {
    /// The known name with the smallest edit distance, or nil if none is near.
    ///
    /// Near is at most a third of the letters wrong (at least one may be), or one name beginning
    /// with the other.
    package static func of(_ name: String, among known: some Sequence<String>) -> String? {
        let candidates = known.map { ($0, distance(name, $0)) }.sorted { $0.1 < $1.1 }
        guard let (nearest, distance) = candidates.first else { return nil }
        let length = max(name.count, nearest.count)
        // A name of which no letter is right is not near, however short.
        if distance <= max(1, length / 3), distance < length { return nearest }
        return candidates.first {
            name.count >= 3 && ($0.0.hasPrefix(name) || name.hasPrefix($0.0))
        }?.0
    }

    /// The least number of letters to insert, delete, replace or swap with a neighbour.
    ///
    /// Source: Damerau 1964; Levenshtein 1966 (optimal string alignment). Complexity: the product
    /// of the lengths.
    static func distance(_ first: String, _ second: String) -> Int {
        let (a, b) = (Array(first.lowercased()), Array(second.lowercased()))
        var table = [[Int]](repeating: Array(0...b.count), count: a.count + 1)
        for i in a.indices {
            table[i + 1][0] = i + 1
            for j in b.indices {
                var best = min(
                    table[i][j + 1] + 1, table[i + 1][j] + 1, table[i][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    best = min(best, table[i - 1][j - 1] + 1)
                }
                table[i + 1][j + 1] = best
            }
        }
        return table[a.count][b.count]
    }
}
