import Foundation
import Testing

/// The floors of the house: what each module may import is written here, and nowhere else can it be otherwise.
@Suite struct HouseTests {
    private static let ground = [
        "RanvierConfiguration", "RanvierFormats", "RanvierTensors", "RanvierSpikes",
    ]
    private static let material = ["RanvierNetworks", "RanvierData"]
    private static let learning = ground + material + ["RanvierLearning"]
    private static let afterLearning =
        learning + [
            "RanvierSurrogate", "RanvierExact", "RanvierAlignment", "RanvierBayes",
            "RanvierCompression", "RanvierAnalysis", "RanvierBaselines", "RanvierDeployment",
        ]
    private static let workbench = [
        "RanvierRuns", "RanvierReports", "RanvierBench", "RanvierStudies",
    ]

    /// Modules of this package that a module may import; within a floor only what is written here.
    private static let floors: [String: [String]] = [
        "RanvierConfiguration": [], "RanvierFormats": [], "RanvierTensors": [],
        "RanvierSpikes": ["RanvierTensors", "RanvierConfiguration"],
        "RanvierNetworks": ground, "RanvierData": ground,
        "RanvierLearning": ground + material,
        "RanvierSurrogate": learning, "RanvierExact": learning, "RanvierAlignment": learning,
        "RanvierBayes": learning, "RanvierAnalysis": learning,
        "RanvierCompression": learning + ["RanvierSurrogate"],
        "RanvierBaselines": learning,
        "RanvierDeployment": learning + ["RanvierCompression"],
        "Ranvier": afterLearning,
        "RanvierRuns": afterLearning, "RanvierReports": afterLearning,
        "RanvierBench": afterLearning,
        "RanvierStudies": afterLearning + ["Ranvier", "RanvierReports", "RanvierRuns"],
        "RanvierExperiments": afterLearning + ["Ranvier"] + workbench,
        "RanvierCommand": afterLearning + ["Ranvier"] + workbench + ["RanvierExperiments"],
        "RanvierWorkbench":
            afterLearning + ["Ranvier"] + workbench + ["RanvierExperiments", "RanvierCommand"],
        "RanvierTool": ["RanvierCommand"],
    ]

    /// Packages from elsewhere, and the only modules that may import them.
    private static let guests: [String: [String]] = [
        "Yams": ["RanvierRuns"], "GRDB": ["RanvierRuns"],
        "ArgumentParser": ["RanvierCommand"], "Logging": ["RanvierCommand"],
        "HeapModule": ["RanvierTensors", "RanvierExact"],
    ]

    private static var root: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    /// What the sources of each module import.
    private static func imports() throws -> [String: Set<String>] {
        let sources = root.appending(path: "Sources")
        var found: [String: Set<String>] = [:]
        let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift" else { continue }
            let module = file.pathComponents[sources.pathComponents.count]
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                let words = line.split(separator: " ")
                guard let place = words.firstIndex(of: "import"), place <= 1,
                    place == 0 || words[0].hasPrefix("@"), words.count > place + 1
                else { continue }
                found[module, default: []].insert(String(words[place + 1]))
            }
        }
        return found
    }

    @Test func modulesImportWhatTheirFloorAllows() throws {
        let imports = try Self.imports()
        #expect(Set(imports.keys).isSuperset(of: Self.floors.keys))
        for (module, names) in imports.sorted(by: { $0.key < $1.key }) {
            let allowed = try #require(Self.floors[module], "\(module) has no floor")
            let own = names.filter { $0.hasPrefix("Ranvier") }
            #expect(own.isSubset(of: allowed), "\(module): \(own.subtracting(allowed).sorted())")
            for (guest, hosts) in Self.guests where names.contains(guest) {
                #expect(hosts.contains(module), "\(module) imports \(guest)")
            }
        }
    }

    @Test func theManifestSaysNoMoreThanTheFloors() throws {
        let manifest = try String(
            contentsOf: Self.root.appending(path: "Package.swift"), encoding: .utf8)
        for module in Self.floors.keys where module != "Ranvier" {
            #expect(
                manifest.contains("library(\n            \"\(module)\"")
                    || manifest.contains("library(\"\(module)\"")
                    || manifest.contains("name: \"\(module)\""), "\(module)")
        }
        // The umbrella can be had without YAML, data base and command line.
        let umbrella = try #require(
            manifest.range(of: "let umbrella = .*", options: .regularExpression))
        for guest in ["Yams", "GRDB", "ArgumentParser"] {
            #expect(!manifest[umbrella].contains(guest))
        }
    }

    /// Words that belong to one module stay there: nobody else asks what kind of network or method it has.
    @Test func wordsStayInTheModuleThatOwnsThem() throws {
        let owners = [
            "\"ann\"": ["RanvierNetworks"], "\"snn\"": ["RanvierNetworks"],
            "\"exact\"": ["RanvierExact"],
        ]
        let sources = Self.root.appending(path: "Sources")
        let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift" else { continue }
            let module = file.pathComponents[sources.pathComponents.count]
            let code = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
                .filter { !$0.contains("//") }.joined(separator: "\n")
            for (word, modules) in owners where code.contains(word) {
                #expect(modules.contains(module), "\(word) in \(file.lastPathComponent)")
            }
        }
    }
}
