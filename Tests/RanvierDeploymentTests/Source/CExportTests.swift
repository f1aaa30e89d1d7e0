import Foundation
import RanvierDeployment
import RanvierTestSupport
import Testing

/// Generated C gives the scores of the plain run, word for word.
@Suite struct CExportTests {
    /// Seeded networks of all kinds.
    private func networks(_ count: Int, seed: UInt64) throws -> [(IntegerNetwork, [[Int32]])] {
        var random = RandomIntegerNetworks(seed: seed)
        return try (0..<count).map { index in
            let network = try random.network(index)
            return (network, random.samples(2, for: network))
        }
    }

    private func set(_ count: Int, seed: UInt64, options: CExportOptions = CExportOptions()) throws
        -> CExportSet
    {
        var set = CExportSet()
        for (index, (network, samples)) in try networks(count, seed: seed).enumerated() {
            set.add(
                try CExport(
                    network: network, name: "n\(index)", samples: samples, options: options))
        }
        return set
    }

    @Test(.needs("gcc")) func networksOfAllKinds() throws {
        let set = try set(35, seed: 1)
        #expect(Set(set.exports.map(\.schedule)) == [.stepByStep, .layerByLayer])
        let outcome = try set.outcome("gcc", ["-O0"])
        #expect(outcome.status == 0, "\(outcome.text)")
    }

    @Test(.needs("gcc")) func theFastestKernels() throws {
        let set = try set(14, seed: 2, options: CExportOptions(goal: .speed))
        let outcome = try set.outcome("gcc", ["-O2"])
        #expect(outcome.status == 0, "\(outcome.text)")
    }

    @Test(.needs("gcc")) func nothingIsUndefined() throws {
        let set = try set(7, seed: 3)
        let outcome = try set.outcome(
            "gcc", ["-O1", "-fsanitize=undefined,address", "-fno-sanitize-recover=all"])
        #expect(outcome.status == 0, "\(outcome.text)")
    }

    @Test(.needs("clang")) func anotherCompiler() throws {
        let set = try set(7, seed: 4)
        let outcome = try set.outcome("clang", ["-Os"])
        #expect(outcome.status == 0, "\(outcome.text)")
    }

    /// Every kernel with every format that a layer allows.
    @Test(.needs("gcc")) func kernelsAndFormatsAgree() throws {
        var random = RandomIntegerNetworks(seed: 5)
        var set = CExportSet(), seen: Set<String> = []
        for index in 0..<14 {
            let network = try random.network(index)
            let samples = random.samples(1, for: network)
            for layer in network.synapses where layer.weights.codes.count < 1000 {
                for kernel in SynapseKernel.allCases {
                    for format in WeightFormat.allCases
                    where !seen.contains("\(kernel) \(format) \(layer.geometry.isDense)") {
                        let options = CExportOptions(
                            schedule: .stepByStep, formats: [layer.name: format],
                            kernels: [layer.name: kernel])
                        guard
                            let export = try? CExport(
                                network: network, name: "n\(set.exports.count)", samples: samples,
                                options: options)
                        else { continue }
                        seen.insert("\(kernel) \(format) \(layer.geometry.isDense)")
                        set.add(export)
                    }
                }
            }
        }
        for kernel in SynapseKernel.allCases {
            for format in WeightFormat.allCases
            where (kernel == .bitParallel) == (format == .planes)
                && !(kernel == .scatter && format == .runs)
            {
                #expect(
                    seen.contains("\(kernel) \(format) true"), "\(kernel) with \(format) untested")
            }
        }
        let outcome = try set.outcome("gcc", ["-O0"])
        #expect(outcome.status == 0, "\(outcome.text)")
    }

    /// Trains of all widths, in formats of all kinds.
    @Test(.needs("gcc")) func layerByLayerInAllFormats() throws {
        var random = RandomIntegerNetworks(seed: 6)
        var set = CExportSet()
        for index in 0..<70 where [0, 1, 6].contains(index % 7) {
            let network = try random.network(index)
            let samples = random.samples(1, for: network)
            let format = WeightFormat.allCases[index % 7]
            let formats = Dictionary(
                uniqueKeysWithValues: network.synapses.map { ($0.name, format) })
            for formats in [formats, [:]] {
                guard
                    let export = try? CExport(
                        network: network, name: "n\(set.exports.count)", samples: samples,
                        options: CExportOptions(schedule: .layerByLayer, formats: formats))
                else { continue }
                set.add(export)
                break
            }
        }
        #expect(set.exports.count > 12)
        let outcome = try set.outcome("gcc", ["-O0"])
        #expect(outcome.status == 0, "\(outcome.text)")
    }

    /// The Makefile and the program beside it.
    @Test(.needs("gcc")) func filesOfAnExport() throws {
        let (network, samples) = try networks(1, seed: 7)[0]
        let export = try CExport(network: network, name: "thing", samples: samples)
        #expect(
            Set(export.files.keys) == [
                "thing.h", "thing.c", "thing_golden.h", "thing_test.c", "README.md", "Makefile",
            ])
        let folder = try TemporaryFolder()
        for (name, text) in export.files { try folder.write(text, to: name) }
        let flags = CCompiler.strict + ["-DTHING_COUNTS", "thing.c", "thing_test.c", "-o", "test"]
        let compiled = try CCompiler.run("gcc", flags, in: folder)
        #expect(compiled.status == 0, "\(compiled.text)")
        let outcome = try CCompiler.run(folder.path + "/test", [], in: folder)
        #expect(outcome.text == "thing: 2 of 2 samples agree\n")
        #expect(outcome.status == 0)
    }

    @Test func theSameBytesAndNoForbiddenWords() throws {
        for (network, samples) in try networks(7, seed: 8) {
            let export = try CExport(network: network, samples: samples)
            #expect(export.files == (try CExport(network: network, samples: samples)).files)
            for (name, text) in export.files where name.hasSuffix(".c") || name.hasSuffix(".h") {
                for word in ["malloc", "calloc", "float", "double"] {
                    #expect(!text.contains(word), "\(name) holds \(word)")
                }
            }
        }
    }

    /// Flash is the tables of the object file, byte for byte.
    @Test(.needs("gcc"), .needs("nm")) func flashIsPredicted() throws {
        for (network, samples) in try networks(7, seed: 9) {
            let export = try CExport(network: network, samples: samples)
            let folder = try TemporaryFolder()
            for (name, text) in export.files { try folder.write(text, to: name) }
            _ = try CCompiler.run("gcc", ["-std=c99", "-O0", "-c", "net.c"], in: folder)
            let symbols = try CCompiler.run("nm", ["-S", "-t", "d", "net.o"], in: folder)
            var sizes: [String: Int] = [:]
            for line in symbols.text.split(separator: "\n") {
                let parts = line.split(separator: " ")
                if parts.count == 4, parts[2] == "r" { sizes[String(parts[3])] = Int(parts[1]) }
            }
            for entry in export.memory.flash {
                #expect(sizes[entry.name] == entry.bytes, "\(entry.name)")
            }
            #expect(sizes.values.reduce(0, +) == export.memory.flashBytes)
        }
    }
}
