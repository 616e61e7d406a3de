import Accounts
import PagoPA
import Postgres
import Requests

/// Queries for the creditors' own wordings of e-mails.
package enum MailWordings {
    /// All of one creditor, at most one for each kind and language.
    package static func list(of creditor: OrganizationTaxCode, within tenancy: Tenancy) -> Query<[MailWording]> {
        several(
            "w.creditor_tax_code = \(creditor.value) AND \(tenancy.condition(on: .registry("w.creditor_tax_code")))")
    }

    package static func show(
        _ kind: NotificationKind, _ language: Language, of creditor: OrganizationTaxCode, within tenancy: Tenancy
    ) -> Query<MailWording?> {
        several(
            """
            w.creditor_tax_code = \(creditor.value) AND w.kind = \(kind.rawValue) AND w.language = \(language.rawValue)
            AND \(tenancy.condition(on: .registry("w.creditor_tax_code")))
            """
        ).map(\.first)
    }

    /// A wording whose kind or placeholders a later version no longer knows is left out, so that the built-in one is used.
    private static func several(_ condition: SQL) -> Query<[MailWording]> {
        Query<[MailWording?]>(
            """
            SELECT w.kind, w.language, w.subject, w.sentence FROM mail_wordings w WHERE \(condition)
            ORDER BY w.kind, w.language
            """,
            rows: { (row: inout Row) -> MailWording? in
                let kind = NotificationKind(rawValue: try row.text())
                let language: Language = try row.word()
                let (subject, sentence) = (try row.optionalText(), try row.optionalText())
                guard let kind else { return nil }
                return MailWording(
                    kind: kind, language: language,
                    subject: subject.flatMap { try? MailTemplate($0, MailWording.subjectLengths) },
                    sentence: sentence.flatMap { try? MailTemplate($0, MailWording.sentenceLengths) })
            }
        ).map { $0.compactMap(\.self) }
    }
}

extension Transaction {
    /// Queues all wordings of a creditor; the ones that are not listed are removed.
    package func save(_ wordings: [MailWording], of creditor: OrganizationTaxCode, at now: Instant) {
        send("DELETE FROM mail_wordings WHERE creditor_tax_code = \(creditor.value)")
        guard !wordings.isEmpty else { return }
        let rows: [SQL] = wordings.map { wording in
            """
            (\(creditor.value), \(wording.kind.rawValue), \(wording.language.rawValue), \(wording.subject?.text),
                \(wording.sentence?.text), \(now.sql))
            """
        }
        send(
            """
            INSERT INTO mail_wordings (creditor_tax_code, kind, language, subject, sentence, updated_at)
            VALUES \(rows.joined(separator: ", "))
            """)
    }
}
