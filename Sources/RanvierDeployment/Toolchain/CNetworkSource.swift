import Foundation

/// An exported network as C source: a header, a source file, and golden samples where there are some.
///
/// The header `<name>.h` declares, with macros in capitals,
///
///     #define NET_ABI 1, NET_INPUTS, NET_ROWS, NET_OUTPUTS, NET_INPUT_WORDS
///     typedef uint8_t net_input;
///     typedef struct { … } net_state;
///     void net_reset(net_state *);  void net_step(net_state *, const net_input *);
///     int32_t net_score(const net_state *, int32_t);  net_answer, net_margin(const net_state *)
///
/// and, where it counts spikes when `NET_COUNTS` is defined, `NET_LAYERS` with
/// `uint32_t net_spikes(const net_state *, int32_t layer)`. A sample is a reset, a step for each of its rows, then answer,
/// margin and scores.
public struct CNetworkSource: Sendable, Hashable {
    /// What its files and functions begin with.
    public let name: String
    /// Its files by name.
    public let files: [String: String]
    /// Its sizes.
    public let interface: CNetworkInterface

    /// Takes files as they are.
    ///
    /// - Parameters:
    ///   - name: a word of C: letters, digits, underscores.
    ///   - files: `<name>.h` and `<name>.c`; `<name>_golden.h` and `<name>_test.c` where they are needed.
    /// - Throws: ``ToolchainError/source(file:expected:found:)``.
    public init(name: String, files: [String: String]) throws {
        let letters = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        guard letters, let first = name.first, !first.isNumber, !BoardFiles.names.contains(name)
        else {
            throw ToolchainError.source(
                file: "\(name).h",
                expected: "a name of letters, digits and underscores that no file of a board has",
                found: "'\(name)'")
        }
        for file in ["\(name).h", "\(name).c"] where files[file] == nil {
            throw ToolchainError.source(
                file: file, expected: "the file",
                found: files.keys.sorted().joined(separator: ", "))
        }
        self.name = name
        self.files = files
        interface = try CNetworkInterface(
            header: files["\(name).h"] ?? "", file: "\(name).h", name: name)
    }

    /// Reads the files of an export.
    public init(folder: URL, name: String) throws {
        var files: [String: String] = [:]
        for file in ["\(name).h", "\(name).c", "\(name)_golden.h", "\(name)_test.c"] {
            let url = folder.appending(path: file)
            guard FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) else {
                continue
            }
            files[file] = try String(contentsOf: url, encoding: .utf8)
        }
        try self.init(name: name, files: files)
    }

    /// A text about a network named `net`, for this one.
    func renamed(_ text: String) -> String {
        text.replacing("NET_", with: "\(name.uppercased())_").replacing("net_", with: "\(name)_")
            .replacing("\"net.", with: "\"\(name).").replacing("net:", with: "\(name):")
    }

    /// Scores of samples, computed by the compiled network.
    ///
    /// - Parameter samples: each of `rows · inputWords` elements.
    /// - Returns: for each sample, `outputs` scores.
    /// - Throws: ``ToolchainError``.
    public func scores(
        of samples: [[Int32]], on target: CTarget = .host,
        optimization: CompilerOptimization = .speed
    ) throws -> [[Int32]] {
        try CompiledProgram(self, for: target, optimization: optimization).outcome(of: samples)
            .samples.map(\.scores)
    }
}
