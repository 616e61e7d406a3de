import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

/// Queries for creditors.
package enum Creditors {
    package static func show(_ taxCode: OrganizationTaxCode, within tenancy: Tenancy, locking: Bool = false)
        -> Query<Creditor?>
    {
        several(
            where: "c.tax_code = \(taxCode.value) AND \(tenancy.condition(on: .registry("c.tax_code")))",
            locking: locking
        ).map(\.first)
    }

    package static func isKnown(_ taxCode: OrganizationTaxCode) -> Query<Bool> {
        Query(["SELECT 1 FROM creditors WHERE tax_code = \(taxCode.value)"]) { !$0[0].isEmpty }
    }

    /// The names of those that are registered. A transfer may go to any of them, so every reader of the receipt may know the name.
    package static func names(of taxCodes: [OrganizationTaxCode]) -> Query<[OrganizationTaxCode: String]> {
        Query(["SELECT tax_code, name FROM creditors WHERE tax_code = ANY(\(taxCodes.map(\.value)))"]) { answers in
            var names: [OrganizationTaxCode: String] = [:]
            for row in answers[0] {
                var row = row
                let taxCode = try row.organization()
                names[taxCode] = try row.text()
            }
            return names
        }
    }

    /// Whether the creditor is a test creditor; `nil` if it is not registered.
    package static func isTest(_ taxCode: OrganizationTaxCode) -> Query<Bool?> {
        Query("SELECT is_test FROM creditors WHERE tax_code = \(taxCode.value)", row: { try $0.bool() })
    }

    /// Whether one of these creditors allows redirects of browsers to this origin.
    package static func isAllowed(_ origin: WebOrigin, within tenancy: Tenancy) -> Query<Bool> {
        Query([
            """
            SELECT 1 FROM creditors c WHERE \(tenancy.condition(on: .registry("c.tax_code")))
                AND c.return_url_origins @> ARRAY[\(origin.description)] LIMIT 1
            """
        ]) { !$0[0].isEmpty }
    }

    package static func debtType(_ key: String, of creditor: OrganizationTaxCode, within tenancy: Tenancy) -> Query<
        DebtType?
    > {
        debtTypes(
            where:
                "creditor_tax_code = \(creditor.value) AND key = \(key) AND \(tenancy.condition(on: .registry("creditor_tax_code")))"
        )
        .map(\.first)
    }

    /// All debt types of a creditor, by key.
    package static func debtTypes(of creditor: OrganizationTaxCode, within tenancy: Tenancy) -> Query<[DebtType]> {
        debtTypes(
            where: "creditor_tax_code = \(creditor.value) AND \(tenancy.condition(on: .registry("creditor_tax_code")))")
    }

    static func several(where condition: SQL, locking: Bool = false) -> Query<[Creditor]> {
        Query(
            """
            SELECT c.tax_code, c.name, c.aux_digit, c.notice_code,
                coalesce((SELECT a.iban FROM creditor_accounts a WHERE a.creditor_tax_code = c.tax_code AND a.is_default
                    AND a.removed_at IS NULL AND (now() AT TIME ZONE 'Europe/Rome')::date
                        BETWEEN a.valid_from AND coalesce(a.valid_to, 'infinity')), c.iban),
                c.postal_iban, c.cbill_code, c.contact_email,
                c.contact_phone, c.mail_sender_name, c.mail_reply_to, c.return_url_origins, c.languages,
                ARRAY(SELECT ROW (h.topic, h.language, h.title, h.body) FROM help_topics h
                    WHERE h.creditor_tax_code = c.tax_code ORDER BY h.topic, h.language),
                c.iuv_start, c.address::text, c.receipt_texts::text, c.created_at, c.updated_at, c.is_test
            FROM creditors c WHERE \(condition) ORDER BY c.tax_code\(locking ? " FOR UPDATE OF c" as SQL : "")
            """, rows: { try $0.creditor() })
    }

    private static func debtTypes(where condition: SQL) -> Query<[DebtType]> {
        Query(
            """
            SELECT creditor_tax_code, key, descriptions::text, service, taxonomy_code, payable_after_due,
                request_form::text, amount_url, amount_fallback, created_at, updated_at
            FROM debt_types WHERE \(condition) ORDER BY key
            """,
            rows: { row in
                DebtType(
                    creditor: try row.organization(), key: try row.text(), descriptions: try languageMap(row.text()),
                    service: try row.text(), taxonomyCode: try row.value { try TaxonomyCode($0) },
                    payableAfterDue: try row.bool(), requestForm: try row.optionalText().map(RequestForm.init(stored:)),
                    amountSource: try amountSource(&row), createdAt: try row.instant(), updatedAt: try row.instant())
            })
    }
}

extension Creditors {
    private static func amountSource(_ row: inout Row) throws -> AmountSource? {
        let url = try row.optionalText()
        let fallback = try row.optionalText().flatMap(AmountFallback.init(rawValue:))
        guard let url, let fallback else { return nil }
        return AmountSource(url: url, fallback: fallback)
    }

    /// One page of creditors, by tax code.
    package static func list(within tenancy: Tenancy, page: PageRequest) -> Query<Page<Creditor>> {
        var conditions: [SQL] = [tenancy.condition(on: .registry("c.tax_code"))]
        if let after = page.after { conditions.append("c.tax_code > \(after.subkey)") }
        return .page(
            page,
            of: several(
                where:
                    "c.tax_code IN (SELECT c.tax_code FROM creditors c WHERE \(conditions.conjunction) ORDER BY c.tax_code LIMIT \(page.limit + 1))"
            ), total: "SELECT count(*) FROM creditors c WHERE \(tenancy.condition(on: .registry("c.tax_code")))",
            cursor: { Cursor(order: "creditors", key: 0, subkey: $0.taxCode.value, id: Cursor.noID) })
    }
}

func languageMap(_ json: String) throws -> [Language: String] {
    var map: [Language: String] = [:]
    for (key, value) in try textMap(json) {
        if let language = Language(rawValue: key) { map[language] = value }
    }
    return map
}

func languageText(_ map: [Language: String]) -> String {
    jsonText(Dictionary(map.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: { first, _ in first }))
}

extension Row {
    fileprivate mutating func creditor() throws -> Creditor {
        let taxCode = try organization()
        let name = try text()
        let codes = try noticeCodes()
        let iban = try value { IBAN(stored: $0) }
        let postalIBAN = try optionalValue { IBAN(stored: $0) }
        let cbillCode = try optionalText()
        let email = try optionalValue { try EmailAddress($0) }
        let phone = try optionalText()
        let senderName = try optionalText()
        let replyTo = try optionalValue { try EmailAddress($0) }
        let origins = try next([String].self).map { try WebOrigin($0) }
        let languages = try next([String].self).compactMap(Language.init(rawValue:))
        let topics = try nextRows {
            HelpTopic(topic: try $0.text(), language: try $0.word(), title: try $0.text(), text: try $0.text())
        }
        let iuvStart = try optionalBigInteger()
        let address = try optionalText().map(postalAddress)
        let receiptTexts = try languageMap(text())
        return Creditor(
            taxCode: taxCode, name: name, noticeCodes: codes, iban: iban, postalIBAN: postalIBAN,
            cbillCode: cbillCode, contactEmail: email, contactPhone: phone, address: address,
            receiptTexts: receiptTexts, mailSenderName: senderName, mailReplyTo: replyTo, returnURLOrigins: origins,
            languages: languages, helpTopics: topics, iuvStart: iuvStart, createdAt: try instant(),
            updatedAt: try instant(), isTest: try bool())
    }

    private mutating func noticeCodes() throws -> NoticeCodes {
        let digit = try int()
        let code = try optionalText()
        return try NoticeCodes(
            auxDigit: digit, applicationCode: digit == 0 ? code : nil, segregationCode: digit == 3 ? code : nil)
    }
}
