import Accounts
import ArgumentParser
import Cryptography
import Foundation
import JSON
import Logging
import Operations
import PagoPA
import Requests
import Storage

struct APIKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api-key", abstract: "Create, list, rotate and revoke API keys.",
        subcommands: [Create.self, List.self, Rotate.self, Revoke.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Create a key; it is printed only once.")

        @OptionGroup var common: CommonOptions
        @Option(help: "The name of the key's user.") var name: String
        @Option(help: "frontend, creditor, test, ops or browser.") var kind: CallerKind
        @Option(help: "A creditor's tax code; may be repeated.") var creditor: [String] = []
        @Option(
            help:
                "positions:read, positions:write, payments:write, receipts:read, events:read, psp-list:write, citizens, operations; may be repeated."
        )
        var scope: [Scope]
        @Option(
            help:
                "An origin whose pages may read the responses (CORS), such as https://portale.example.org; may be repeated. Required for browser keys."
        )
        var origin: [String] = []
        @Option(help: "text or json.") var format = OutputFormat.text

        func run() async throws {
            try await withWiring(common) { wiring in
                let request = APIKeyRequest(
                    name: name, kind: kind, scopes: scope,
                    creditors: try creditor.map { try OrganizationTaxCode(unchecked: $0) },
                    allowedOrigins: try origin.map { try WebOrigin($0) }, expiresAt: nil)
                guard case .done(let made) = try await wiring.intermediary.callers.makeAPIKey(request, by: nil) else {
                    return
                }
                show(made, format)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List keys, newest first, by their public prefix.")

        @OptionGroup var common: CommonOptions
        @Option(help: "text or json.") var format = OutputFormat.text

        func run() async throws {
            try await withWiring(common) { wiring in
                var after: Cursor?
                repeat {
                    let page = try await wiring.intermediary.callers.listAPIKeys(
                        page: PageRequest(limit: 100, after: after), for: nil)
                    for key in page.items { printLine(format == .json ? key.json : key.line) }
                    after = page.next
                } while after != nil
            }
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a key with the same rights; the old key expires after the overlap.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "The id of the key to replace.") var id: String
        @Option(help: "How long the old key stays valid.") var overlapSeconds = 86_400
        @Option(help: "text or json.") var format = OutputFormat.text

        func run() async throws {
            try await withWiring(common) { wiring in
                let once = try await wiring.intermediary.callers.rotateAPIKey(
                    Identifier(id), overlapSeconds: overlapSeconds, by: nil)
                guard case .done(let made) = once else { return }
                show(made, format)
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Revoke a key at once, on every instance.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "The id of the key.") var id: String

        func run() async throws {
            try await withWiring(common) { try await $0.intermediary.callers.revokeAPIKey(Identifier(id), by: nil) }
            printLine("revoked")
        }
    }
}

struct PSPSecretCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "psp-secret", abstract: "Create, list and revoke the secrets with which PSPs sign.",
        subcommands: [Create.self, List.self, Revoke.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Create a secret; it is printed only once.")

        @OptionGroup var common: CommonOptions
        @Option(help: "The PSP's id.") var psp: String
        @Option(help: "text or json.") var format = OutputFormat.text

        func run() async throws {
            try await withWiring(common) { wiring in
                try await wiring.intermediary.secrets.verifyKey()
                guard case .done(let made) = try await wiring.intermediary.secrets.make(of: PSPID(psp), by: nil)
                else { return }
                printLine(
                    format == .text
                        ? made.secret.text
                        : text { json in
                            json.field("id", made.id.description)
                            json.field("psp_id", psp)
                            json.field("secret", made.secret.text)
                        })
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List a PSP's secrets, newest first, without their values.")

        @OptionGroup var common: CommonOptions
        @Option(help: "The PSP's id.") var psp: String

        func run() async throws {
            try await withWiring(common) { wiring in
                for entry in try await wiring.intermediary.secrets.list(of: PSPID(psp), for: nil) {
                    printLine(
                        "\(entry.id)  created \(entry.createdAt.rfc3339)  \(entry.revokedAt.map { "revoked \($0.rfc3339)" } ?? "valid")"
                    )
                }
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Revoke a secret at once.")

        @OptionGroup var common: CommonOptions
        @Option(help: "The PSP's id.") var psp: String
        @Argument(help: "The id of the secret.") var id: String

        func run() async throws {
            try await withWiring(common) {
                try await $0.intermediary.secrets.revoke(Identifier(id), of: PSPID(psp), by: nil)
            }
            printLine("revoked")
        }
    }
}

extension CallerKind: ExpressibleByArgument {}
extension Scope: ExpressibleByArgument {}

private func show(_ made: MadeAPIKey, _ format: OutputFormat) {
    printLine(
        format == .text
            ? made.secret
            : text { json in
                json.field("id", made.key.id.description)
                json.field("key", made.secret)
                json.field("prefix", made.key.prefix)
            })
}

func text(_ write: (inout JSONWriter) -> Void) -> String {
    String(decoding: JSONWriter.object(write), as: UTF8.self)
}

extension APIKey {
    fileprivate var line: String {
        let end = revokedAt.map { "revoked \($0.rfc3339)" } ?? expiresAt.map { "until \($0.rfc3339)" } ?? "valid"
        let use = lastUsedAt.map { "used \($0.rfc3339)" } ?? "never used"
        return "\(id)  qz_\(prefix)…  \(kind.rawValue)  \(end)  \(use)  \(name)"
    }

    fileprivate var json: String {
        text { json in
            json.field("id", id.description)
            json.field("prefix", prefix)
            json.field("name", name)
            json.field("kind", kind.rawValue)
            json.field("created_at", createdAt.rfc3339)
            json.field("expires_at", expiresAt?.rfc3339)
            json.field("revoked_at", revokedAt?.rfc3339)
            json.field("last_used_at", lastUsedAt?.rfc3339)
        }
    }
}

/// For interactive commands: prints refusals in plain words on standard error.
func withWiring(_ common: CommonOptions, _ work: (Wiring) async throws -> Void) async throws {
    let settings = try await Settings.read(file: common.config)
    let wiring = try Wiring(
        settings, logger: Logger(label: "quietanza", factory: { JSONLog(label: $0, level: .error, isJSON: false) }))
    do { try await work(wiring) } catch {
        await wiring.close()
        switch error {
        case let refusal as Refusal: throw ValidationError(refusal.plainWords)
        case let failure as SecretsKeyFailure: throw ValidationError("\(failure)")
        default: throw error
        }
    }
    await wiring.close()
}

extension Refusal {
    var plainWords: String {
        if case .invalid(let faults) = self {
            return faults.map { "\($0.pointer) \($0.detail)" }.joined(separator: "; ")
        }
        if self == .notFound { return "Not found." }
        return "\(self)"
    }
}
