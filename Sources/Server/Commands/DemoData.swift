import Accounts
import ArgumentParser
import Cryptography
import Foundation
import JSON
import Operations
import PagoPA
import Requests
import Storage

struct DemoDataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo-data",
        abstract: "Create a school-services creditor with two bills, the simulator's PSPs, and demo keys.",
        discussion: """
            May be run again: positions remain. With --keep, keys and secrets that are still valid are reused and printed again; \
            without it they are revoked and new ones are printed.
            """)

    @OptionGroup var common: CommonOptions
    @Option(help: "The base URL of the PSP simulator.") var simulatorURL = "http://127.0.0.1:8090"
    @Option(help: "The base URL of the citizens' portal, to which payers may return.") var portalURL =
        "http://127.0.0.1:8070"
    @Option(help: "A file with the JSON output of an earlier run; it may be missing.") var keep: String?
    @Option(help: "text or json.") var format = OutputFormat.text

    func run() async throws {
        let earlier = keep.flatMap { FileManager.default.contents(atPath: $0) }.flatMap(Earlier.read)
        try await withWiring(common) { wiring in
            try await wiring.intermediary.secrets.verifyKey()
            let demo = try await DemoData(
                intermediary: wiring.intermediary, simulatorURL: simulatorURL, portalURL: portalURL, earlier: earlier
            ).fill()
            printLine(format == .json ? demo.json : demo.lines)
        }
    }
}

/// The output of an earlier run.
private struct Earlier: Decodable {
    let apiKey, creditorKey, opsKey: String
    let pspSecrets: [String: String]

    static func read(_ json: Data) -> Earlier? {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let members = try? decoder.decode(Self.self, from: json) else { return nil }
        return members
    }
}

/// The service's founding example: the school services of a small town, documents 1031 of € 59,80 and 1286 of € 80,60.
private struct DemoData {
    let intermediary: Intermediary
    let simulatorURL: String
    let portalURL: String
    let earlier: Earlier?

    struct Made {
        let apiKey: String
        let creditorKey: String
        let opsKey: String
        let secrets: [(psp: String, secret: String)]

        var json: String {
            text { json in
                json.field("api_key", apiKey)
                json.field("creditor_key", creditorKey)
                json.field("ops_key", opsKey)
                json.object("psp_secrets") { json in
                    for entry in secrets { json.field(entry.psp, entry.secret) }
                }
            }
        }

        var lines: String {
            (["front end  \(apiKey)", "creditor   \(creditorKey)", "ops        \(opsKey)"]
                + secrets.map { "\($0.psp)  \($0.secret)" }).joined(separator: "\n")
        }
    }

    func fill() async throws -> Made {
        let creditor = try OrganizationTaxCode("12345678903")
        let opsKey = try await key(
            earlier?.opsKey, name: "demo ops", kind: .ops, scopes: Scope.allCases, creditors: [])
        let ops = Caller(key: try await intermediary.callers.authenticate(token: opsKey).key)
        try await saveCreditor(creditor, by: ops)
        let creditorKey = try await key(
            earlier?.creditorKey, name: "demo creditor", kind: .creditor,
            scopes: [
                .positionsRead, .positionsWrite, .receiptsRead, .anomaliesWrite, .refundsWrite, .notificationsRead,
                .notificationsWrite, .eventsRead,
            ],
            creditors: [creditor])
        let frontEndKey = try await key(
            earlier?.apiKey, name: "demo front end", kind: .frontend,
            scopes: [.positionsRead, .paymentsWrite, .receiptsRead, .eventsRead, .citizens],
            creditors: [creditor])
        let secrets = try await replacePSPs(by: ops)
        try await savePositions(of: creditor, by: ops)
        return Made(apiKey: frontEndKey, creditorKey: creditorKey, opsKey: opsKey, secrets: secrets)
    }

    /// The earlier key if it is valid and has these rights; otherwise a new key, which replaces all keys with this name.
    private func key(
        _ earlier: String?, name: String, kind: CallerKind, scopes: [Scope], creditors: [OrganizationTaxCode]
    ) async throws -> String {
        if let earlier, let known = try? await intermediary.callers.authenticate(token: earlier).key,
            known.name == name,
            known.kind == kind, Set(known.scopes) == Set(scopes), known.creditors == creditors
        {
            return earlier
        }
        var after: Cursor?
        repeat {
            let page = try await intermediary.callers.listAPIKeys(page: PageRequest(limit: 100, after: after), for: nil)
            for key in page.items where key.name == name && key.revokedAt == nil {
                try await intermediary.callers.revokeAPIKey(key.id, by: nil)
            }
            after = page.next
        } while after != nil
        let request = APIKeyRequest(name: name, kind: kind, scopes: scopes, creditors: creditors, expiresAt: nil)
        guard case .done(let made) = try await intermediary.callers.makeAPIKey(request, by: nil) else {
            throw Refusal.notFound
        }
        return made.secret
    }

    private func saveCreditor(_ taxCode: OrganizationTaxCode, by ops: Caller) async throws {
        let iban = try IBAN("IT60X0542811101000000123456")
        let sender = try EmailAddress("scuola@comune.example.org")
        let origins = [
            try WebOrigin("http://localhost:3000"), try WebOrigin("https://portale.example.org"),
            try WebOrigin(portalURL),
        ]
        let now = intermediary.clock()
        let creditor = Creditor(
            taxCode: taxCode, name: "Comune di Esempio", noticeCodes: .aux3(segregationCode: "01"), iban: iban,
            cbillCode: "A1B2C", contactEmail: sender, contactPhone: "+39 06 1234567",
            mailSenderName: "Comune di Esempio - Ufficio scuola", mailReplyTo: sender, returnURLOrigins: origins,
            languages: [.it, .en], helpTopics: [], createdAt: now, updatedAt: now)
        _ = try await intermediary.creditors.save(taxCode, as: .success(creditor), by: ops)
        let taxonomy = try TaxonomyCode("9/0101002IM/")
        for (key, name, english) in [
            ("mensa", "Mensa scolastica", "School meals"), ("trasporto", "Trasporto scolastico", "School bus"),
        ] {
            let type = DebtType(
                creditor: taxCode, key: key, descriptions: [.it: name, .en: english], service: "school",
                taxonomyCode: taxonomy, payableAfterDue: true, createdAt: now, updatedAt: now)
            _ = try await intermediary.creditors.saveDebtType(key, of: taxCode, as: .success(type), by: ops)
        }
    }

    private func replacePSPs(by ops: Caller) async throws -> [(psp: String, secret: String)] {
        let wanted = [
            try psp(
                "ABCDITMM", "Banca Alfa", "12345678903",
                [("CP", "12345678903_01", 150), ("BBT", "12345678903_02", 100)]),
            try psp(
                "BETAITRR", "Istituto di pagamento Beta", "06188330150",
                [("CP", "06188330150_01", 150), ("PPAL", "06188330150_02", 130)]),
            try psp(
                "GAMMITM1", "Credito Gamma", "15376371009",
                [("CP", "15376371009_01", 180), ("MYBK", "15376371009_02", 90)]),
        ]
        let current = try await intermediary.psps.currentList()
        if current?.psps != wanted {
            _ = try await intermediary.psps.replaceList(with: wanted, by: ops)
        }
        var secrets: [(psp: String, secret: String)] = []
        for psp in wanted {
            if let stored = earlier?.pspSecrets[psp.id.value],
                try await intermediary.secrets.valid(of: psp.id).contains(where: { $0.text == stored })
            {
                secrets.append((psp.id.value, stored))
                continue
            }
            for old in try await intermediary.secrets.list(of: psp.id, for: nil) where old.revokedAt == nil {
                try await intermediary.secrets.revoke(old.id, of: psp.id, by: nil)
            }
            guard case .done(let made) = try await intermediary.secrets.make(of: psp.id, by: nil) else { continue }
            secrets.append((psp.id.value, made.secret.text))
        }
        return secrets
    }

    private func psp(
        _ id: String, _ name: String, _ taxCode: String, _ ways: [(method: String, channel: String, fee: Int64)]
    ) throws -> PSP {
        PSP(
            id: try PSPID(id), businessName: name, taxCode: try OrganizationTaxCode(taxCode), isEnabled: true,
            channels: try ways.map { way in
                Channel(
                    id: try ChannelID(way.channel), method: try PaymentMethod(way.method),
                    startURL: "\(simulatorURL)/psps/\(id)/channels/\(way.channel)/start",
                    names: [.it: "\(name): \(try PaymentMethod(way.method).name(in: .it))"],
                    feeBands: [
                        FeeBand(upTo: try Amount(cents: 10_000), fee: try Amount(cents: way.fee)),
                        FeeBand(upTo: .maximum, fee: try Amount(cents: way.fee + 100)),
                    ])
            })
    }

    private func savePositions(of creditor: OrganizationTaxCode, by ops: Caller) async throws {
        let bills: [(number: String, type: String, description: String, line: String, cents: Int64)] = [
            ("1031", "mensa", "Mensa scolastica, ottobre 2018", "Pasti di ottobre", 5_980),
            ("1286", "trasporto", "Trasporto scolastico, primo quadrimestre 2018", "Abbonamento", 8_060),
        ]
        for bill in bills {
            let amount = try Amount(cents: bill.cents)
            let draft = PositionDraft(
                creditor: creditor, externalID: "SCUOLA-\(bill.number)", debtTypeKey: bill.type,
                document: Document(year: 2018, number: bill.number), description: bill.description,
                debtor: Debtor(
                    kind: .person, taxCode: try TaxCode("RSSMRA80A01H501U"), fullName: "Mario Rossi",
                    email: try EmailAddress("mario.rossi@example.org"), address: nil),
                lines: [PositionLine(description: bill.line, quantity: nil, amount: amount)],
                installments: [
                    InstallmentDraft(
                        amount: amount, dueDate: try CalendarDate("2018-10-31"), iuv: nil, noticeNumber: nil,
                        transfers: [])
                ], metadata: [:], isDraft: false)
            _ = try await intermediary.positions.create(
                draft, fingerprint: SHA256.digest(Array("demo \(bill)".utf8)), by: ops)
        }
    }
}
