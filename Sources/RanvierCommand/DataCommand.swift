import ArgumentParser
import RanvierExperiments

/// `ranvier data list|info|check`.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract:
            "Show which data sets are there, what a file holds, and what is wrong with it for learning.",
        subcommands: [List.self, Info.self, Check.self])

    /// `ranvier data list`.
    struct List: Verb {
        static let configuration = CommandConfiguration(
            abstract: "List the data sets that are known, and whether they are there.",
            discussion: """
                EXAMPLES
                  ranvier data list
                  ranvier data list --data-directory ~/data
                """)

        @OptionGroup var data: DataOptions
        @OptionGroup var display: DisplayOptions

        func run(in workbench: Workbench) throws {
            try display.terminal.finish {
                try workbench.listData(dataDirectory: data.dataDirectory)
            }
        }
    }

    /// `ranvier data info FILE`.
    struct Info: Verb {
        static let configuration = CommandConfiguration(
            abstract: "Tell what a data file holds, or what there is of a data set.",
            discussion: """
                EXAMPLES
                  ranvier data info digits
                  ranvier data info train-images-idx3-ubyte.gz
                  ranvier data info photos
                """)

        @Argument(
            help: "A data file, a folder of images or recordings, or the name of a data set.",
            completion: .file())
        var file: String

        @OptionGroup var data: DataOptions
        @OptionGroup var display: DisplayOptions

        func run(in workbench: Workbench) throws {
            try display.terminal.finish {
                try workbench.dataInfo(file, dataDirectory: data.dataDirectory)
            }
        }
    }

    /// `ranvier data check FILE --target COLUMN`.
    struct Check: Verb {
        static let configuration = CommandConfiguration(
            abstract: "List what is wrong or suspicious about tables before anything is trained.",
            discussion: """
                Ends with status 3 where training could not begin.

                EXAMPLES
                  ranvier data check line.csv --target OK_NG
                  ranvier data check machines/ --target wear --window 20
                """)

        @OptionGroup var table: TableArguments
        @OptionGroup var display: DisplayOptions

        func run(in workbench: Workbench) throws {
            try display.terminal.finish { try workbench.checkData(table.request) }
        }
    }
}
