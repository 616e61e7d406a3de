import Foundation
import JSON

@testable import Portal

/// Answers of the service that fit together: with them every page of the portal has something to show.
enum World {
    static let creditor = "12345678903"

    /// By call, such as `GET /v1/me`.
    static let answers: [String: String] = citizens.merging(desk) { first, _ in first }

    private static func installment(_ number: Int, due: String, _ members: String = #""payable":true"#) -> String {
        """
        {"id":"i\(number)","number":\(number),"iuv":"0100000000000000\(number)","notice_number":"30101000000000000\(number)",
        "amount_cents":\(1_000 * number),"due_date":"\(due)","status":"open","payment_in_progress":false,\(members),
        "transfers":[]}
        """
    }

    /// Three installments of which two can be paid, and another way to pay the same debt.
    static let position = """
        {"id":"p1","creditor_tax_code":"\(creditor)","external_id":"TARI-1","debt_type":"tari","description":"Tassa sui rifiuti",
        "status":"partially_paid","total_cents":6000,"paid_cents":3000,"residual_cents":3000,"written_off_cents":0,
        "under_review":false,"review_reasons":[],"suspended":false,"alternative_group":"TARI-2026",
        "document":{"year":2026,"number":"1031"},"created_at":"2026-11-20T08:00:00Z","updated_at":"2026-11-20T08:00:00Z",
        "debtor":{"kind":"person","tax_code":"RSSMRA80A01H501U","full_name":"Mario Rossi","email":"mario@example.org"},
        "lines":[{"description":"Parte fissa","amount_cents":4000},{"description":"Parte variabile","quantity":2,"amount_cents":2000}],
        "installments":[\(installment(2, due: "2027-02-28")),\(installment(1, due: "2027-01-31")),
        \(installment(3, due: "2027-03-31", #""payable":false,"disabled_code":"paid","paid_at":"2026-11-21T10:00:00Z""#))],
        "receipts":[{"id":"r1","paid_at":"2026-11-21T10:00:00Z","amount_cents":3000}],
        "attempts":[],"metadata":{"anno":"2026"}}
        """

    static let alternative = """
        {"id":"p2","creditor_tax_code":"\(creditor)","description":"Tassa sui rifiuti, rata unica","status":"open",
        "total_cents":5900,"paid_cents":0,"residual_cents":5900,"under_review":false,"alternative_group":"TARI-2026",
        "document":{"year":2026,"number":"1032"},"created_at":"2026-11-20T08:00:00Z",
        "installments":[\(installment(4, due: "2027-01-31", #""payable":false,"disabled_code":"alternative_in_progress""#))],
        "lines":[],"receipts":[]}
        """

    /// One installment, and the option that was paid instead of another.
    static let single = """
        {"id":"p3","creditor_tax_code":"\(creditor)","description":"Mensa scolastica","status":"cancelled","total_cents":4000,
        "paid_cents":0,"residual_cents":0,"under_review":false,"replaced_by":"p1","document":{"year":2026,"number":"7"},
        "installments":[\(installment(4, due: "2027-01-31", #""payable":false,"disabled_code":"cancelled""#))],"lines":[],"receipts":[]}
        """

    private static func summary(_ id: String, _ status: String, review: Bool = false) -> String {
        """
        {"id":"\(id)","creditor_tax_code":"\(creditor)","creditor_name":"Comune di Esempio","description":"Tassa sui rifiuti",
        "status":"\(status)","total_cents":6000,"paid_cents":3000,"residual_cents":3000,"under_review":\(review),
        "due_date":"2027-01-31","document":{"year":2026,"number":"1031"}}
        """
    }

    static let positions = """
        {"items":[\(summary("p1", "partially_paid")),\(summary("p2", "open", review: true)),\(summary("p3", "paid"))],"next_cursor":"c2"}
        """

    static let receipt = """
        {"id":"r1","receipt_id":"RT-1","status":"settled","outcome":"OK","origin":"pagopa","iuv":"01000000000000001",
        "notice_number":"301010000000000001","creditor_tax_code":"\(creditor)","creditor_name":"Comune di Esempio",
        "description":"Tassa sui rifiuti","amount_cents":3000,"fee_cents":150,"paid_at":"2026-11-21T10:00:00Z",
        "received_at":"2026-11-21T10:00:05Z","position_id":"p1","attempt_id":"a2","rt_sha256":"00ff","pdf_url":"/x","rt_url":"/y",
        "official_rt_url":"/z","psp":{"id":"ABCDITMM","business_name":"Banca Alfa"},"under_review":false,
        "notes":[{"pointer":"/amount_cents","detail":"Differs."}],
        "refunds":[{"id":"f1","amount_cents":100,"status":"decided"}]}
        """

    static func attempt(_ id: String, _ status: String, isFinal: Bool) -> String {
        """
        {"id":"\(id)","status":"\(status)","is_final":\(isFinal),"message":"Operazione in corso.","amount_cents":3000,"fee_cents":150,
        "total_cents":3150,"payment_method":"CP","psp":{"id":"ABCDITMM","business_name":"Banca Alfa"},
        "redirect_url":"https://psp.example.org/pay?x=1&y=2","created_at":"2026-11-21T09:59:00Z","finished_at":"2026-11-21T10:00:06Z",
        "failure_reason":"Carta rifiutata",
        "installments":[{"id":"i1","position_id":"p1","notice_number":"301010000000000001","amount_cents":3000}],
        "receipts":[{"id":"r1","pdf_url":"/x"}]}
        """
    }

    static let debtType = """
        {"key":"sosta","creditor_tax_code":"\(creditor)","descriptions":{"it":"Permesso di sosta","en":"Parking permit"},
        "service":"mobility","request_form":{"minimum_cents":1000,"maximum_cents":5000,"due_days":30,"fields":[
        {"key":"plate","labels":{"it":"Targa"},"kind":"text","required":true,"max_length":7},
        {"key":"from","labels":{"it":"Dal giorno"},"kind":"date","required":false},
        {"key":"months","labels":{"it":"Mesi"},"kind":"integer","required":true,"minimum":1,"maximum":12}]}}
        """

    static let fixedType = """
        {"key":"tessera","creditor_tax_code":"\(creditor)","descriptions":{"it":"Tessera"},"service":"sport",
        "request_form":{"minimum_cents":1600,"maximum_cents":1600,"fields":[]}}
        """

    static let me = """
        {"id":"c1","kind":"resident","status":"active","tax_code":"RSSMRA80A01H501U","given_name":"Mario","family_name":"Rossi",
        "birth":{"date":"1980-01-01","place":"Roma"},"email":"mario@example.org","language":"it","proved_by":"identity_provider",
        "has_password":true,"address":{"street":"Via Roma","civic_number":"1","postal_code":"10121","city":"Torino","province":"TO",
        "country":"IT"}}
        """

    static func delegation(_ id: String, from: String, to: String, active: Bool = true, _ members: String = "")
        -> String
    {
        """
        {"id":"\(id)","delegator_tax_code":"\(from)","delegate_tax_code":"\(to)","delegator_name":"\(names[from] ?? "")",
        "delegate_name":"\(names[to] ?? "")","active":\(active),
        "starts_at":"2026-11-01T00:00:00Z","created_at":"2026-11-01T00:00:00Z"\(members)}
        """
    }

    static let mother = "VRDLGU60A41H501N"
    static let own = "RSSMRA80A01H501U"
    static let names = [mother: "Luigia Verdi", own: "Mario Rossi"]

    private static let citizens: [String: String] = [
        "GET /v1/me": me,
        "GET /v1/creditors": """
        {"items":[{"tax_code":"\(creditor)","name":"Comune di Esempio",
        "contacts":{"email":"urp@example.org","phone":"+39 011 123"}}]}
        """,
        "GET /v1/creditors/\(creditor)/debt-types": """
        {"items":[\(debtType),\(fixedType),{"key":"mensa","descriptions":{"it":"Mensa"},"service":"school"}]}
        """,
        "GET /v1/creditors/\(creditor)/debt-types/sosta": debtType,
        "GET /v1/creditors/\(creditor)/debt-types/tessera": fixedType,
        "GET /v1/positions": positions, "POST /v1/positions/search": positions, "GET /v1/positions/p1": position,
        "GET /v1/positions/p2": alternative, "GET /v1/positions/p3": single,
        "GET /v1/positions/p1/notices": "%PDF-notices", "GET /v1/positions/p1/installments/1/notice": "%PDF-notice",
        "GET /v1/positions/by-notice-number/\(creditor)/301010000000000001": position,
        "GET /v1/payment-methods": """
        {"groups":[{"group":"card","methods":[{"payment_method":"CP","name":"Carta","enabled":true,"min_fee_cents":100,
        "max_fee_cents":200}]},{"group":"bank_transfer","methods":[{"payment_method":"BBT","name":"Conto","enabled":false,
        "disabled_reason":"Non per questo importo"}]},{"group":"other","methods":[]}]}
        """,
        "GET /v1/psps": """
        {"items":[{"psp_id":"ABCDITMM","business_name":"Banca Alfa","channel_id":"01","payment_method":"CP","name":"Carta",
        "fee_cents":150,"total_cents":3150},{"psp_id":"EFGHITMM","business_name":"Banca Beta","channel_id":"02",
        "name":"Banca Beta Carte","fee_cents":200,"total_cents":3200}]}
        """,
        "GET /v1/payment-attempts/a1": attempt("a1", "redirected", isFinal: false),
        "GET /v1/payment-attempts/a2": attempt("a2", "succeeded", isFinal: true),
        "GET /v1/payment-attempts/a3": attempt("a3", "failed", isFinal: true),
        "GET /v1/receipts": #"{"items":[\#(receipt)],"next_cursor":"c2"}"#, "GET /v1/receipts/r1": receipt,
        "GET /v1/receipts/r1/pdf": "%PDF-receipt",
        "GET /v1/creditors/\(creditor)/receipt-preview": "%PDF-example",
        "GET /v1/help": #"{"items":[{"topic":"pagare","title":"Come si paga"}]}"#,
        "GET /v1/help/pagare": """
        {"topic":"pagare","title":"Come si paga","language":"it","text":"Prima frase.\\n\\nSeconda frase."}
        """,
        "GET /v1/delegations": """
        {"items":[\(delegation("d1", from: mother, to: own)),\(delegation("d2", from: own, to: mother)),
        \(delegation("d3", from: own, to: mother, active: false, #","withdrawn_at":"2026-11-02T00:00:00Z""#)),
        \(delegation("d4", from: mother, to: own, active: false, #","ends_at":"2026-11-02T00:00:00Z""#))],"next_cursor":"c2"}
        """,
        "GET /v1/delegations/d1": delegation("d1", from: mother, to: own),
        "POST /v1/sessions/smart-card/tickets": """
        {"ticket":"tk-1","presentation_url":"https://tessera.example.org/smart-card"}
        """,
    ]
}

extension World {
    /// Pages of citizens with something to show, without and with an account.
    static let publicPages = [
        "/", "/sign-in", "/register", "/register/verify", "/password", "/password/new", "/notice", "/help",
        "/help/pagare", "/spontaneous", "/spontaneous/\(creditor)/sosta", "/spontaneous/\(creditor)/tessera",
        "/sign-in/card",
    ]

    static let privatePages = [
        "/", "/services", "/services/school", "/documents/p1", "/documents/p2", "/documents/p3", "/payments",
        "/payments?show=to_pay&document_number=7", "/pay/p1", "/pay/p1/1", "/pay/p1/1-2", "/pay/p1/1-2/CP",
        "/attempts/a1", "/attempts/a1/go", "/attempts/a2", "/attempts/a3", "/archive", "/archive?iuv=01", "/archive/r1",
        "/notice", "/help", "/help/pagare", "/profile", "/profile/data", "/profile/email", "/profile/email/confirm",
        "/profile/password", "/profile/erase", "/delegations", "/spontaneous", "/spontaneous/\(creditor)/sosta",
    ]

    static let deskPages = [
        "/desk", "/desk/search", "/desk/positions/p1", "/desk/positions/p1/counter", "/desk/positions/p3",
        "/desk/receipts/r1", "/desk/receipts/r2", "/desk/anomalies", "/desk/anomalies?status=all&kind=already_paid",
        "/desk/anomalies/n1", "/desk/anomalies/n2", "/desk/rt", "/desk/rt?anomaly=n1", "/desk/refunds",
        "/desk/refunds?status=all", "/desk/refunds/f1", "/desk/imports", "/desk/imports/m1",
        "/desk/imports/m2?outcome=refused",
        "/desk/statistics", "/desk/statistics?group=psp", "/desk/statistics?group=creditor", "/desk/psps",
        "/desk/creditors", "/desk/creditors/\(creditor)", "/desk/creditors/\(creditor)/wording", "/desk/mails/e1",
    ]

    /// What is no page: files, answers to scripts, and ways to other sites.
    static let files = [
        "/documents/p1/notices", "/documents/p1/notices/1", "/archive/r1/pdf", "/attempts/a2/receipts/r1",
        "/attempts/a1/poll?status=redirected", "/desk/receipts/r1/pdf", "/desk/receipts/r1/rt",
        "/desk/receipts/r1/official-rt", "/desk/anomalies/n1/evidence", "/desk/imports/m1/poll?version=x",
        "/desk/creditors/\(creditor)/logo", "/desk/creditors/\(creditor)/receipt",
    ]
}

extension FakeService {
    /// Answers as the world does, perhaps with every document changed on its way.
    func fill(changing change: ((_ call: String, JSONValue) -> JSONValue)? = nil) {
        for (call, text) in World.answers {
            guard let document = World.documents[call] else {
                answer(call, type: "application/octet-stream", text)
                continue
            }
            guard let change else {
                answer(call, etag: #""7""#, text)
                continue
            }
            var writer = JSONWriter()
            writer.value(change(call, document))
            answer(call, etag: #""7""#, String(decoding: writer.bytes, as: UTF8.self))
        }
    }
}

extension World {
    /// The answers that are JSON. They are parsed once, because every browser of a test has a service of its own.
    static let documents = answers.compactMapValues { try? JSONValue.parse(Array($0.utf8)) }
}

extension Browser {
    /// A browser in the world, with every part of the portal switched on.
    static func inWorld(changing change: ((String, JSONValue) -> JSONValue)? = nil) -> Browser {
        let service = FakeService()
        service.fill(changing: change)
        return Browser(service) { settings in
            settings.offersDesk = true
            settings.offersSmartCards = true
            settings.identityProvider = PortalSettings.OIDCSettings(
                authorizationURL: "https://spid.example.org/authorize", tokenURL: "https://spid.example.org/token",
                clientID: "portale")
        }
    }

    /// Signs in to the area of a page.
    func signIn(for path: String) async {
        if Area(path: path) == .desk { await signInStaff() } else { await signIn() }
    }

    var markup: PageMarkup { PageMarkup(page) }
}
