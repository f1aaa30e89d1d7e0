import Foundation

/// The sizes that the header of an exported network promises.
public struct CNetworkInterface: Sendable, Hashable {
    /// Numbers, or spikes, in a row.
    public let inputs: Int
    /// Rows that make a sample.
    public let rows: Int
    /// Scores.
    public let outputs: Int
    /// Elements of the input type in a row.
    public let inputWords: Int
    /// Layers whose spikes `<name>_spikes` tells where `<NAME>_COUNTS` is defined; 0 where there is no such function.
    public let counts: Int
    /// The type of an element.
    public let input: CInputType

    /// Version of the interface that this package knows.
    public static let version = 1

    /// Reads `#define` and `typedef` lines of a header.
    ///
    /// - Throws: ``ToolchainError/source(file:expected:found:)`` that names the macro.
    init(header: String, file: String, name: String) throws {
        let lines = header.split(separator: "\n").map {
            $0.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == ";" }).map(String.init)
        }
        func macro(_ suffix: String, from least: Int = 1) throws -> Int? {
            let macro = "\(name.uppercased())_\(suffix)"
            guard let line = lines.first(where: { $0.starts(with: ["#define", macro]) }) else {
                return nil
            }
            guard line.count > 2, let value = Int(line[2]), value >= least else {
                throw ToolchainError.source(
                    file: file, expected: "a number from \(least) on after '#define \(macro)'",
                    found: line.dropFirst(2).joined(separator: " "))
            }
            return value
        }
        func needed(_ suffix: String) throws -> Int {
            guard let value = try macro(suffix) else {
                throw ToolchainError.source(
                    file: file, expected: "'#define \(name.uppercased())_\(suffix)'",
                    found: "no such line")
            }
            return value
        }
        let found = try needed("ABI")
        guard found == Self.version else {
            throw ToolchainError.source(
                file: file, expected: "version \(Self.version) of the interface", found: "\(found)")
        }
        inputs = try needed("INPUTS")
        rows = try needed("ROWS")
        outputs = try needed("OUTPUTS")
        inputWords = try needed("INPUT_WORDS")
        let canCount = lines.contains {
            $0.starts(with: ["#ifdef", "\(name.uppercased())_COUNTS"])
        }
        counts = try macro("LAYERS", from: 0).flatMap { canCount ? $0 : nil } ?? 0
        let types = lines.filter { $0.count >= 3 && $0[0] == "typedef" && $0[2] == "\(name)_input" }
        guard let type = types.first, let input = CInputType(rawValue: type[1]) else {
            let known = CInputType.allCases.map(\.rawValue).joined(separator: ", ")
            throw ToolchainError.source(
                file: file, expected: "'typedef … \(name)_input;' of one of \(known)",
                found: types.first.map { $0[1] } ?? "no such line")
        }
        self.input = input
        let words = input == .spikes ? (inputs + 31) / 32 : inputs
        guard inputWords == words else {
            throw ToolchainError.source(
                file: file, expected: "\(words) words for \(inputs) inputs of \(input.rawValue)",
                found: "\(inputWords)")
        }
    }

    /// Numbers in a sample.
    public var sampleWords: Int { rows * inputWords }
}
