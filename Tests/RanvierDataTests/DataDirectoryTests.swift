import Foundation
import RanvierData
import RanvierFormats
import RanvierTestSupport
import Testing

@Suite struct DataDirectoryTests {
    @Test func explicitPathComesFirst() throws {
        let first = try TemporaryFolder(), second = try TemporaryFolder()
        let environment = ["RANVIER_DATA": second.path]
        #expect(
            try DataDirectory.locate(explicit: first.path, environment: environment).url.path
                == first.url.path)
        #expect(
            try DataDirectory.locate(environment: environment).url.path == second.url.path)
        #expect(
            try DataDirectory.locate(environment: [:], fallbacks: ["/nowhere", first.path]).url.path
                == first.url.path)
        expectDataError(.missing, mentioning: ["/nowhere", "--data-directory"]) {
            _ = try DataDirectory.locate(explicit: "/nowhere", environment: environment)
        }
        expectDataError(.missing, mentioning: ["RANVIER_DATA", "not set", "/nowhere"]) {
            _ = try DataDirectory.locate(environment: [:], fallbacks: ["/nowhere"])
        }
    }

    @Test func catalogueWithoutADirectory() throws {
        let catalogue = DataCatalogue(directory: nil)
        #expect(catalogue["digits"]?.status == .builtIn)
        #expect((catalogue["digits"]?.bytes ?? 0) > 10_000)
        #expect(catalogue["mnist"]?.status == .absent)
        #expect(catalogue["mnist"]?.missing.count == 4)
    }
}
