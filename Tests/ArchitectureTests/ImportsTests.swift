import Foundation
import Testing

/// Compares every `import` with the dependencies in ARCHITECTURE.md. SwiftPM does not: a transitive import compiles.
@Suite struct ImportsTests {
    private static let dependencies: [String: Set<String>] = [
        "Workers": [], "Text": [], "Cryptography": ["COpenSSL", "CArgon2", "Workers", "Text"], "JSON": [],
        "Addresses": [], "Prometheus": [],
        "Certificates": [],
        "Postgres": ["CLibPQ", "Workers"], "PagoPA": ["Text"], "Accounts": ["PagoPA", "Addresses", "Text"],
        "Requests": ["PagoPA", "Accounts"],
        "Storage": ["Postgres", "PagoPA", "Accounts", "Requests", "JSON", "Cryptography", "Text"],
        "Gateways": ["CCurl", "JSON", "Cryptography", "Addresses", "Workers", "Text"],
        "Documents": [
            "CPangoCairo", "CQPDF", "CQREncode", "CDMTX", "CXML", "CRSVG", "PagoPA", "JSON", "Workers", "Text",
        ],
        "Operations": [
            "Storage", "Gateways", "Documents", "PagoPA", "Accounts", "Requests", "Cryptography", "Workers", "Text",
        ],
        "HTTPFraming": ["Addresses", "Text"],
        "API": [
            "HTTPFraming", "Operations", "PagoPA", "Accounts", "Requests", "JSON", "Cryptography", "Addresses",
            "Certificates",
            "Text",
        ],
        "Server": [
            "API", "HTTPFraming", "Operations", "Storage", "Gateways", "Documents", "Postgres", "PagoPA", "Accounts",
            "Requests",
            "JSON", "Cryptography", "Addresses",
            "Certificates", "Prometheus",
        ],
        "Portal": ["Text", "JSON", "Addresses", "Prometheus"],
        "PSPSimulator": ["Text"],
    ]
    /// Modules that may import the HTTP server.
    private static let http: Set<String> = ["HTTPFraming", "API", "Server", "Portal", "PSPSimulator"]
    private static let libraries: Set<String> = [
        "CLibPQ", "COpenSSL", "CCurl", "CPangoCairo", "CQPDF", "CQREncode", "CDMTX", "CXML", "CRSVG",
        "CArgon2",
    ]

    private func imports(_ module: String) throws -> Set<String> {
        let line = try Regex(
            #"^\s*(?:@[A-Za-z_()]+\s+|package\s+|internal\s+|public\s+)*import\s+(?:(?:struct|class|enum|func)\s+)?([A-Za-z_][A-Za-z0-9_]*)"#
        )
        var found: Set<String> = []
        for file in try Project.swiftFiles(under: "Sources/\(module)") {
            for text in file.lines {
                if let match = try line.prefixMatch(in: text), let name = match.output[1].substring {
                    found.insert(String(name))
                }
            }
        }
        return found
    }

    @Test func `every module has declared dependencies`() throws {
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: Project.folder.appending(path: "Sources").path)
        #expect(Set(folders) == Set(Self.dependencies.keys).union(Self.libraries))
    }

    @Test(arguments: dependencies.keys.sorted()) func `a module imports only its declared dependencies`(module: String)
        throws
    {
        let ours = Set(Self.dependencies.keys).union(Self.libraries)
        let allowed = try #require(Self.dependencies[module])
        let found = try imports(module)
        #expect(found.intersection(ours).subtracting(allowed).isEmpty)
        if !Self.http.contains(module) {
            #expect(
                found.isDisjoint(with: [
                    "Hummingbird", "HummingbirdCore", "HummingbirdTLS", "HTTPTypes", "NIOCore", "NIOHTTP1", "NIOSSL",
                ]))
        }
        if module != "Certificates" { #expect(found.isDisjoint(with: ["X509", "SwiftASN1"])) }
        if module != "Cryptography" { #expect(!found.contains("JWTKit")) }
        if module != "Portal" { #expect(!found.contains("AsyncHTTPClient")) }
    }

    @Test func `the domain does no input or output`() throws {
        #expect(try imports("PagoPA").isSubset(of: ["Foundation", "Text"]))
        for file in try Project.swiftFiles(under: "Sources/PagoPA") {
            for word in ["Date()", "FileManager", "URLSession", "ProcessInfo"] {
                #expect(!file.text.contains(word), "\(file.path)")
            }
        }
    }

    @Test(arguments: libraries.sorted()) func `a C library is imported by one module`(library: String) throws {
        let modules = try Self.dependencies.keys.filter { try imports($0).contains(library) }
        #expect(modules.count == 1, "\(modules)")
    }

    @Test func `only the configuration reads the environment`() throws {
        let readers = ["Sources/Server/Configuration.swift", "Sources/Portal/PortalSettings.swift"]
        for file in try Project.swiftFiles(under: "Sources")
        where !readers.contains(file.path) && !file.path.hasPrefix("Sources/PSPSimulator") {
            #expect(!file.text.contains(".environment["), "\(file.path)")
            #expect(!file.text.contains("getenv("), "\(file.path)")
        }
    }

    @Test func `a statement that may end the process has its reason on its line`() throws {
        for file in try Project.swiftFiles(under: "Sources") {
            for (number, line) in file.lines.enumerated() where !line.contains("//") {
                for word in ["try!", "fatalError(", "@unchecked Sendable", "preconditionFailure("] {
                    #expect(!line.contains(word), "\(file.path):\(number + 1)")
                }
            }
        }
    }
}
