import RanvierFormats
import Testing

/// Expects a `DataError` of a kind whose message holds all of some texts.
public func expectDataError(
    _ kind: DataError.Kind, mentioning texts: [String] = [],
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
    do {
        try body()
        Issue.record("no error", sourceLocation: sourceLocation)
    } catch let error as DataError {
        #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
        for text in texts {
            #expect(
                error.description.contains(text), "\(error) does not mention \(text)",
                sourceLocation: sourceLocation)
        }
    } catch {
        Issue.record("another error: \(error)", sourceLocation: sourceLocation)
    }
}
