import ArgumentParser
import Foundation
import RanvierExperiments

/// `ranvier init DATA --target COLUMN`.
struct InitCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a commented configuration for a table.",
        discussion: """
            Looks at the tables, chooses an encoding and a modest network, and writes a configuration \
            that `ranvier run` takes, with a comment on each choice. Nothing is trained.

            EXAMPLES
              ranvier init line.csv --target OK_NG
              ranvier init machines/ --target wear --window 50 -o wear.yaml
            """)

    @OptionGroup var table: TableArguments

    @Option(
        name: [.customShort("o"), .customLong("to")],
        help: ArgumentHelp(
            "The file to write; the table's name with .yaml if not given.", valueName: "file"),
        completion: .file(extensions: ["yaml"]))
    var file: String?

    @Flag(help: "Replace a file that is there.")
    var overwrite = false

    @OptionGroup var display: DisplayOptions

    func run(in workbench: Workbench) throws {
        try display.terminal.finish {
            try workbench.writeConfiguration(
                table.request, to: file.map { URL(filePath: $0) }, overwrite: overwrite)
        }
    }
}
