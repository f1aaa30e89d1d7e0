import RanvierAnalysis
import RanvierReports

/// Tables that all comparisons of layers write.
package enum RepresentationTables {
    /// `heatmap.csv`: a line per pair of layers.
    package static func heatmaps(_ maps: [(name: String, map: SimilarityMap)]) -> [StudyTable] {
        var table = StudyTable(
            name: "heatmap", caption: "All pairs of layers",
            columns: ["comparison", "row", "column", "row layer", "column layer", "cka"],
            rows: maps.flatMap { name, map in
                map.rows.indices.flatMap { i in
                    map.columns.indices.map { j in
                        [
                            .text(name), .count(i), .count(j), .text(map.rows[i]),
                            .text(map.columns[j]), .number(map.values[i][j]),
                        ]
                    }
                }
            })
        table.isShown = false
        return [table]
    }

    /// `time.csv`: a line per layer and pair of steps, with the layer's dynamics.
    package static func time(_ networks: [(name: String, maps: [TimeMap])]) -> StudyTable {
        var table = StudyTable(
            name: "time", caption: "Steps of a layer with one another",
            columns: ["network", "layer", "t", "t'", "cka", "dynamics"],
            rows: networks.flatMap { name, maps in
                maps.flatMap { map in
                    map.values.indices.flatMap { t in
                        map.values.indices.map { other in
                            [
                                .text(name), .text(map.layer), .count(t), .count(other),
                                .number(map.values[t][other]), .number(map.dynamics),
                            ]
                        }
                    }
                }
            })
        table.isShown = false
        return table
    }
}
