import ArgumentParser
import RanvierExperiments

/// The command as a library: what `ranvier` does with its command line.
///
///     import RanvierWorkbench
///     var parts = Parts.standard
///     parts.registry.add(LayerKind(MyLayer.self))
///     CommandLineTool.main(parts)
public enum CommandLineTool {
    /// Parses the command line, does what it says, and ends the process with the right status.
    ///
    /// - Parameters:
    ///   - parts: what the command is put together from.
    ///   - verbs: further verbs, which come first where a name is taken.
    public static func main(_ parts: Parts = .standard, verbs: [any Verb.Type] = []) {
        RootCommand.main(Workbench(parts), verbs: verbs)
    }
}
