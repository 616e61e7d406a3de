// swift-tools-version: 6.2
import PackageDescription

// ARCHITECTURE.md explains the modules and their dependencies; ImportsTests compares every import line with them.
// `make check` sets QUIETANZA_STRICT, which makes every warning in our own targets an error.
let settings: [SwiftSetting] =
    [.enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility")]
    + (Context.environment["QUIETANZA_STRICT"] == "1" ? [.treatAllWarnings(as: .error)] : [])

let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let coreMetrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: settings)
}

func library(_ name: String, _ pkgConfig: String, _ package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

let package = Package(
    name: "quietanza",
    products: [
        .executable(name: "quietanza", targets: ["Server"]),
        .executable(name: "quietanza-portal", targets: ["Portal"]),
        .executable(name: "psp-simulator", targets: ["PSPSimulator"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
    ],
    targets: [
        // Ground: C libraries, each imported by one module, and toolboxes that import no other module of ours.
        library("CLibPQ", "libpq", "libpq-dev"),
        library("COpenSSL", "libcrypto", "libssl-dev"),
        library("CCurl", "libcurl", "libcurl4-openssl-dev"),
        library("CPangoCairo", "pangocairo", "libpango1.0-dev"),
        library("CQPDF", "libqpdf", "libqpdf-dev"),
        library("CQREncode", "libqrencode", "libqrencode-dev"),
        library("CDMTX", "libdmtx", "libdmtx-dev"),
        library("CXML", "libxml-2.0", "libxml2-dev"),
        library("CRSVG", "librsvg-2.0", "librsvg2-dev"),
        library("CArgon2", "libargon2", "libargon2-dev"),
        module("Workers"),
        module("Text"),
        module(
            "Cryptography",
            ["COpenSSL", "CArgon2", "Workers", "Text", .product(name: "JWTKit", package: "jwt-kit")]),
        module("JSON"),
        module("Addresses"),
        module("Prometheus", [coreMetrics]),
        module(
            "Certificates",
            [.product(name: "X509", package: "swift-certificates"), .product(name: "SwiftASN1", package: "swift-asn1")]),
        // Floor 1
        module("Postgres", ["CLibPQ", "Workers", logging]),
        module("PagoPA", ["Text"]),
        module("Accounts", ["PagoPA", "Addresses", "Text"]),
        module("Requests", ["PagoPA", "Accounts"]),
        // Floor 2
        module("Storage", ["Postgres", "PagoPA", "Accounts", "Requests", "JSON", "Cryptography", "Text"]),
        module("Gateways", ["CCurl", "JSON", "Cryptography", "Addresses", "Workers", "Text"]),
        module(
            "Documents",
            ["CPangoCairo", "CQPDF", "CQREncode", "CDMTX", "CXML", "CRSVG", "PagoPA", "JSON", "Workers", "Text"]),
        // Floor 3
        module(
            "Operations",
            [
                "Storage", "Gateways", "Documents", "PagoPA", "Accounts", "Requests", "Cryptography", "Workers", "Text",
                logging, metrics,
            ]),
        // Floor 4
        module(
            "HTTPFraming",
            ["Addresses", "Text", hummingbirdCore, httpTypes, logging, nioCore]),
        module(
            "API",
            [
                "HTTPFraming", "Operations", "PagoPA", "Accounts", "Requests", "JSON", "Cryptography", "Addresses",
                "Certificates", "Text", hummingbirdCore, httpTypes, logging, metrics, nioCore, nioSSL,
            ]),
        // Floor 5
        .executableTarget(
            name: "Server",
            dependencies: [
                "API", "HTTPFraming", "Operations", "Storage", "Gateways", "Documents", "Postgres", "PagoPA",
                "Accounts", "Requests",
                "JSON", "Cryptography",
                "Addresses", "Certificates", "Prometheus", coreMetrics, hummingbird, argumentParser, httpTypes,
                lifecycle, logging,
                metrics,
                nioCore,
                nioSSL, hummingbirdCore,
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),
        // Outsiders: they use the HTTP API, and of ours they have only toolboxes, which know nothing of pagoPA.
        .executableTarget(
            name: "Portal",
            dependencies: [
                "Text", "JSON", "Addresses", "Prometheus", coreMetrics, hummingbird, argumentParser, httpTypes,
                lifecycle, logging,
                nioCore,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "PSPSimulator",
            dependencies: [
                "Text", hummingbird, argumentParser, httpTypes, .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: settings),
        // Shared by the tests; no shipped target depends on it.
        .target(
            name: "TestSupport",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            path: "Tests/TestSupport", swiftSettings: settings),
        .target(
            name: "DatabaseTestSupport", dependencies: ["TestSupport", "Postgres", logging],
            path: "Tests/DatabaseTestSupport", swiftSettings: settings),
        tests("ArchitectureTests"),
        tests("WorkersTests", ["Workers"]),
        tests("JSONTests", ["JSON"]),
        tests("TextTests", ["Text"]),
        tests("CryptographyTests", ["Cryptography", "Text"]),
        tests("AddressesTests", ["Addresses"]),
        tests("PrometheusTests", ["Prometheus", coreMetrics]),
        tests("CertificatesTests", ["Certificates"]),
        tests("PagoPATests", ["PagoPA", "Text"]),
        // Runs the service as the process that draws SVGs.
        tests("DocumentsTests", ["Documents", "CPangoCairo", "PagoPA", "Server"]),
        tests("PostgresTests", ["DatabaseTestSupport", "Postgres", logging]),
        tests("AccountsTests", ["Accounts", "PagoPA"]),
        tests("RequestsTests", ["Requests", "Accounts", "PagoPA"]),
        tests(
            "StorageTests",
            ["DatabaseTestSupport", "Storage", "Postgres", "PagoPA", "Accounts", "Requests", logging]),
        tests("GatewaysTests", ["Gateways", "Cryptography"]),
        tests(
            "OperationsTests",
            [
                "DatabaseTestSupport", "Operations", "Storage", "Gateways", "Documents", "Postgres", "PagoPA",
                "Accounts",
                "Requests", "Cryptography", "Text", logging,
            ]),
        tests("HTTPFramingTests", ["HTTPFraming", "Addresses", httpTypes, logging, nioCore, nioEmbedded]),
        tests(
            "APITests",
            [
                "API", "HTTPFraming", "Operations", "Storage", "Postgres", "Addresses", "JSON", "PagoPA", "Accounts",
                "Requests",
                "Cryptography", "Text", httpTypes, logging, nioCore, nioEmbedded,
            ]),
        tests(
            "PortalTests",
            ["Portal", "JSON", "Addresses", "Text", hummingbird, httpTypes, logging, nioCore, nioEmbedded]),
        tests(
            "PSPSimulatorTests",
            [
                "PSPSimulator", hummingbird, httpTypes, nioCore,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        // Run the three programs as subprocesses, so they must be built before them.
        tests(
            "ServerTests",
            [
                "Server", "Portal", "PSPSimulator", "Prometheus", "Accounts", "Cryptography", "JSON", "PagoPA",
                "Requests", "Text",
                argumentParser, logging, coreMetrics,
            ]),
    ],
    swiftLanguageModes: [.v6]
)
