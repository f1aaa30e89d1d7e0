import RanvierDeployment
import Testing

/// Whether all tools of targets are there, and what to install where they are not.
enum Needs {
    static func has(_ targets: CTarget...) -> Bool {
        targets.flatMap(\.tools).allSatisfy(Tool.isThere)
    }

    static func advice(_ targets: CTarget...) -> Comment {
        let missing = Set(targets.flatMap(\.tools)).filter { !Tool.isThere($0) }
        return Comment(
            rawValue: missing.map { "\($0.rawValue) is missing: \($0.remedy)" }.sorted()
                .joined(separator: "; "))
    }
}
