/// The command as a library: what `ranvier` does with its command line.
public enum CommandLineTool {
    /// Parses the command line, does what it says, and ends the process with the right status.
    public static func main() { RootCommand.main() }
}
