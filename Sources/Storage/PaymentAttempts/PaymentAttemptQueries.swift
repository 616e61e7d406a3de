import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

/// Queries for payment attempts.
package enum PaymentAttempts {
    package static func show(_ id: Identifier<PaymentAttempt>, within tenancy: Tenancy, locking: Bool = false)
        -> Query<PaymentAttempt?>
    {
        let condition: SQL = "a.id = \(id.uuid) AND \(tenancy.condition(on: .attempts("a")))"
        return (locking ? locked(where: condition) : several(where: condition)).map(\.first)
    }

    /// The attempts on this position that the tenancy may see, newest first.
    package static func summaries(on position: Identifier<Position>, within tenancy: Tenancy) -> Query<
        [AttemptSummary]
    > {
        Query<[AttemptSummary]>(
            """
            SELECT a.id, a.status, a.created_at, m.installment_id
            FROM attempt_items m JOIN payment_attempts a ON a.id = m.attempt_id
            WHERE m.position_id = \(position.uuid) AND \(tenancy.condition(on: .attempts("a")))
            ORDER BY a.created_at DESC, a.id DESC, m.ordinal
            """,
            rows: { row in
                AttemptSummary(
                    id: try row.identifier(), status: try row.word(), createdAt: try row.instant(),
                    installments: [try row.identifier()])
            }
        ).map { items in
            items.reduce(into: []) { attempts, item in
                if let last = attempts.last, last.id == item.id {
                    attempts[attempts.count - 1] = last.adding(item.installments)
                } else {
                    attempts.append(item)
                }
            }
        }
    }

    /// The attempt that an RT belongs to, locked. The RT may name it, by its id or by the payment context, which is the id without
    /// hyphens. Otherwise it is this PSP's open attempt for this IUV on the RT's channel, or the last one before the payment.
    package static func lock(for rt: RT) -> Query<PaymentAttempt?> {
        let own: SQL =
            """
            FROM attempt_items m
            JOIN installments i ON i.id = m.installment_id
            JOIN payment_attempts o ON o.id = m.attempt_id
            WHERE i.creditor_tax_code = \(rt.creditor.value) AND i.iuv = \(rt.iuv.value) AND o.psp_id = \(rt.psp.id.value)
            """
        let named = rt.attempt ?? rt.paymentContext.flatMap { Identifier<PaymentAttempt>(withoutHyphens: $0) }
        if let named {
            return locked(where: "a.id = (SELECT o.id \(own) AND o.id = \(named.uuid))").map(\.first)
        }
        return locked(
            where: """
                a.id = (SELECT o.id \(own) AND o.created_at <= \(rt.paidAt.adding(seconds: RT.futureToleranceSeconds).sql)
                    AND (\(rt.psp.channel)::text IS NULL OR o.channel_id = \(rt.psp.channel))
                    AND o.status <> 'succeeded' ORDER BY m.is_holding DESC, o.created_at DESC LIMIT 1)
                """
        ).map(\.first)
    }

    /// The open attempts that reserve this installment, locked; after ``Transaction/widen(to:)`` those of every PSP.
    package static func lock(holding installment: Identifier<Installment>) -> Query<[PaymentAttempt]> {
        locked(
            where: """
                a.id = ANY(ARRAY(SELECT attempt_id FROM attempt_items
                    WHERE installment_id = \(installment.uuid) AND is_holding))
                """)
    }

    /// Locks, and then reads what the transaction that had the lock may have changed. The caller has locked the position, so that the
    /// condition selects the same attempts both times.
    private static func locked(where condition: SQL) -> Query<[PaymentAttempt]> {
        let lock: SQL =
            "SELECT FROM payment_attempts a WHERE \(condition) ORDER BY a.created_at DESC, a.id DESC FOR UPDATE OF a"
        let attempts = several(where: condition)
        return Query([lock] + attempts.statements) { try attempts.decode(Array($0.dropFirst())) }
    }

    /// - Parameter condition: selects `a`, rows of `whole_attempts`. A subquery must be an array, because a join cannot reach the
    ///   indexes under the view.
    static func several(where condition: SQL) -> Query<[PaymentAttempt]> {
        Query(
            """
            SELECT a.id, a.creditor_tax_code, a.status, a.payment_method, a.psp_id, a.psp_business_name, a.channel_id,
                a.amount_cents, a.fee_cents, a.items, a.payer_kind, a.payer_tax_code, a.payer_full_name, a.payer_email,
                a.email, a.notifies_failure, a.return_url, a.language, a.redirect_url, a.failure_reason, a.created_at,
                a.expires_at, a.finished_at
            FROM whole_attempts a WHERE \(condition) ORDER BY a.created_at DESC, a.id DESC
            """, rows: { try $0.attempt() })
    }
}

extension PaymentAttempts {
    /// One page of attempts, newest first.
    package static func list(_ filter: AttemptFilter, within tenancy: Tenancy, page: PageRequest) -> Query<
        Page<PaymentAttempt>
    > {
        .page(
            page, of: several(where: "a.id = ANY(ARRAY(\(ids(filter, within: tenancy, page: page))))"),
            total: """
                SELECT count(*) FROM payment_attempts a
                WHERE \(tenancy.condition(on: .attempts("a"))) AND \(filter.conditions.conjunction)
                """, cursor: { Cursor(order: "attempts", key: $0.createdAt.microseconds, id: $0.id.uuid) })
    }

    /// The ids of one page, and of one attempt more.
    static func ids(_ filter: AttemptFilter, within tenancy: Tenancy, page: PageRequest) -> SQL {
        var paged = filter.conditions
        if let after = page.after {
            paged.append("(a.created_at, a.id) < (\(Microseconds(after.key))::timestamptz, \(after.id)::uuid)")
        }
        let rows = tenancy.merged(.attempts("a")) { tenant in
            "SELECT a.id, a.created_at FROM payment_attempts a WHERE \(tenant) AND \(paged.conjunction) ORDER BY a.created_at DESC, a.id DESC LIMIT \(page.limit + 1)"
        }
        return "SELECT s.id FROM (\(rows)) AS s ORDER BY s.created_at DESC, s.id DESC LIMIT \(page.limit + 1)"
    }
}

extension AttemptFilter {
    fileprivate var conditions: [SQL] {
        var all: [SQL] = []
        if !statuses.isEmpty { all.append("a.status = ANY(\(statuses.map(\.rawValue)))") }
        if let position {
            all.append("a.id IN (SELECT attempt_id FROM attempt_items WHERE position_id = \(position.uuid))")
        }
        if let installment {
            all.append("a.id IN (SELECT attempt_id FROM attempt_items WHERE installment_id = \(installment.uuid))")
        }
        // An IUV has few attempts, which are found by id.
        if let iuv { all.append(hasItem("m.iuv = \(iuv.value)")) }
        if let noticeNumber {
            all.append(hasItem("m.iuv = \(noticeNumber.iuv.value) AND m.notice_number = \(noticeNumber.value)"))
        }
        if let psp { all.append("a.psp_id = \(psp.value)") }
        if let payer { all.append("a.payer_tax_code = \(payer.value)") }
        if let createdFrom { all.append("a.created_at >= \(createdFrom.romeStart.sql)") }
        if let createdTo { all.append("a.created_at < \(createdTo.nextDay.romeStart.sql)") }
        return all
    }
}

extension AttemptFilter {
    private func hasItem(_ condition: SQL) -> SQL {
        "a.id = ANY(ARRAY(SELECT m.attempt_id FROM attempt_items m WHERE \(condition)))"
    }
}

/// Channels of LISTEN and NOTIFY.
package enum Channels {
    package static let attempts = "attempts"
    package static let notifications = "notifications"
    /// The payload is the tax code of the creditor that has new events.
    package static let events = "events"
}

extension Row {
    private mutating func attemptItem() throws -> AttemptItem {
        AttemptItem(
            installment: try identifier(), position: try identifier(), iuv: try value { try IUV($0) },
            noticeNumber: try value { try NoticeNumber($0) }, amount: try amount(), remittance: try text(),
            outcome: try word())
    }

    fileprivate mutating func attempt() throws -> PaymentAttempt {
        PaymentAttempt(
            id: try identifier(), creditor: try organization(), status: try word(),
            method: try value { try PaymentMethod($0) },
            psp: try value { try PSPID($0) }, pspBusinessName: try text(), channel: try value { try ChannelID($0) },
            amount: try amount(), fee: try amount(), items: try nextRows { try $0.attemptItem() }, payer: try payer(),
            email: try optionalValue { try EmailAddress($0) }, notifiesFailure: try bool(), returnURL: try text(),
            language: try word(),
            redirectURL: try optionalText(), failureReason: try optionalText(), createdAt: try instant(),
            expiresAt: try instant(), finishedAt: try optionalInstant())
    }

    private mutating func payer() throws -> Payer? {
        let kind = try optionalText()
        let taxCode = try optionalValue { try TaxCode($0) }
        let fullName = try optionalText()
        let email = try optionalValue { try EmailAddress($0) }
        guard let kind = kind.flatMap(SubjectKind.init), let taxCode, let fullName else { return nil }
        return Payer(kind: kind, taxCode: taxCode, fullName: fullName, email: email)
    }
}
