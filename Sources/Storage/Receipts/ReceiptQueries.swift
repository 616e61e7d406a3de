import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

/// A stored RT that has one of the possible ids of a new one.
package struct KnownRT: Sendable, Equatable {
    package let receipt: Identifier<Receipt>
    package let receiptID: String
    package let position: Identifier<Position>?
    package let outcome: RTOutcome
    /// Whether an operator replaced it by a later body with the same key.
    package let isSuperseded: Bool
    /// The fingerprint of the body that the receipt was read from.
    package let fingerprint: [UInt8]
    package let answer: [UInt8]
    package let psp: PSPID
    package let first: RTBytes
    package let receivedAt: Instant
    /// Whether this fingerprint is already stored, as the first body or as a conflict.
    package let holdsFingerprint: Bool
}

/// A receipt in quarantine, and its position in the order of arrival.
package struct QuarantinedReceipt: Sendable, Equatable {
    package let id: Identifier<Receipt>
    package let receivedAt: Instant
}

/// Queries for receipts.
package enum Receipts {
    /// Receipts in quarantine for any of these IUVs of any of these creditors.
    package static func quarantined(creditors: [OrganizationTaxCode], iuvs: [IUV]) -> Query<[Identifier<Receipt>]> {
        Query(
            """
            SELECT id FROM receipts WHERE status = 'quarantined' AND creditor_tax_code = ANY(\(creditors.map(\.value)))
                AND iuv = ANY(\(iuvs.map(\.value))) ORDER BY paid_at, id
            """, rows: { try $0.identifier() })
    }

    /// The share of this creditor in the installment with this IUV, if exactly one other creditor has such an installment.
    /// - Parameter broughtOnly: searches only installments whose creditor provided the IUV.
    package static func share(of creditor: OrganizationTaxCode, iuv: IUV, broughtOnly: Bool = false) -> Query<
        Share?
    > {
        let condition: SQL = broughtOnly ? "NOT i.iuv_generated" : "TRUE"
        return Query<[Share]>(
            "\(shares(of: "\(creditor.value)", iuv: "\(iuv.value)", where: condition)) LIMIT 2",
            rows: { Share(installment: try $0.identifier(), whole: try $0.amount(), part: try $0.amount()) }
        ).map { $0.count == 1 ? $0.first : nil }
    }

    /// - Parameter condition: selects `i`, an installment.
    private static func shares(of creditor: SQL, iuv: SQL, where condition: SQL = "TRUE") -> SQL {
        """
        SELECT i.id, i.amount_cents, sum(t.amount_cents)::bigint AS part_cents
        FROM installments i
        JOIN transfers t ON t.installment_id = i.id AND t.creditor_tax_code = \(creditor)
        JOIN positions p ON p.id = i.position_id AND p.state <> 'draft'
        WHERE i.iuv = \(iuv) AND i.creditor_tax_code <> \(creditor) AND \(condition)
        GROUP BY i.id, i.amount_cents
        """
    }

    /// Receipts in quarantine, not refunded or rejected, that can be settled automatically, oldest first: they match the whole amount
    /// of an owed installment whose creditor provided the IUV, or a share of such an installment.
    package static func matchable(after: QuarantinedReceipt?, limit: Int) -> Query<[QuarantinedReceipt]> {
        let place: SQL = after.map { "(r.received_at, r.id) > (\($0.receivedAt.sql), \($0.id.uuid))" } ?? "TRUE"
        return Query(
            """
            SELECT r.id, r.received_at FROM receipts r
            WHERE r.status = 'quarantined' AND r.outcome_code = 0 AND \(place)
                AND EXISTS (SELECT FROM anomalies a WHERE a.receipt_id = r.id AND a.is_open
                    AND a.kind IN ('unknown_iuv', 'unknown_creditor'))
                AND (EXISTS (SELECT FROM installments i
                        JOIN positions p ON p.id = i.position_id AND p.state IN ('open', 'partially_paid')
                        WHERE i.creditor_tax_code = r.creditor_tax_code AND i.iuv = r.iuv AND NOT i.iuv_generated
                            AND i.amount_cents = r.amount_cents AND i.paid_at IS NULL)
                    OR (SELECT count(*) FILTER (WHERE r.amount_cents IN (s.amount_cents, s.part_cents)) = 1
                            AND count(*) = 1
                        FROM (\(shares(of: "r.creditor_tax_code", iuv: "r.iuv", where: "NOT i.iuv_generated")) LIMIT 2) AS s))
            ORDER BY r.received_at, r.id LIMIT \(limit)
            """, rows: { QuarantinedReceipt(id: try $0.identifier(), receivedAt: try $0.instant()) }
        ).plannedForValues()
    }

    /// Stored RTs of this creditor and IUV that have one of the possible ids of this RT; an RT with the same id comes first.
    package static func known(_ rt: RT, fingerprint: [UInt8]) -> Query<[KnownRT]> {
        let ids = rt.possibleIDs
        return Query(
            """
            SELECT r.id, r.receipt_id, r.position_id, r.outcome_code, r.superseded_by IS NOT NULL, f.fingerprint, f.answer, f.psp_id, f.body, f.content_type,
                f.received_at, EXISTS (SELECT FROM rts x WHERE x.receipt_id = r.id AND x.fingerprint = \(fingerprint))
            FROM receipts r JOIN rts f ON f.receipt_id = r.id AND f.is_first
            WHERE r.creditor_tax_code = \(rt.creditor.value) AND r.iuv = \(rt.iuv.value) AND r.psp_id = \(rt.psp.id.value)
                AND (r.receipt_id = ANY(\(ids)) OR r.payment_context = ANY(\(ids))
                    OR (char_length(r.receipt_id) > \(RT.maximumOfficialIDLength)::integer
                        AND (left(r.receipt_id, \(RT.maximumOfficialIDLength)::integer) = ANY(\(ids))
                            OR lower(replace(r.receipt_id, '-', '')) = ANY(\(ids)))))
            ORDER BY r.receipt_id <> \(rt.receiptID), r.received_at, r.id LIMIT \(maximumKnown)::integer
            """,
            rows: { row in
                KnownRT(
                    receipt: try row.identifier(), receiptID: try row.text(), position: try row.optionalIdentifier(),
                    outcome: try row.outcome(), isSuperseded: try row.bool(),
                    fingerprint: try row.next([UInt8].self), answer: try row.next([UInt8].self),
                    psp: try row.value { try PSPID($0) },
                    first: RTBytes(bytes: try row.next([UInt8].self), contentType: try row.text()),
                    receivedAt: try row.instant(), holdsFingerprint: try row.bool())
            })
    }

    /// The maximum number of receipts whose bodies are compared with a new RT.
    private static let maximumKnown = 8

    /// The anomaly that this body opened because another body has the same key.
    /// - Parameter orAny: also accepts an anomaly without a stored body, which earlier versions created.
    package static func conflict(
        of receipt: Identifier<Receipt>, fingerprint: [UInt8], orAny: Bool
    ) -> Query<Identifier<Anomaly>?> {
        let condition: SQL = orAny ? "TRUE" : "b.fingerprint = \(fingerprint)"
        return Query(
            """
            SELECT a.id FROM anomalies a LEFT JOIN rts b ON b.id = a.rt_id
            WHERE a.receipt_id = \(receipt.uuid) AND a.kind = 'receipt_conflict' AND \(condition)
            ORDER BY b.fingerprint = \(fingerprint) DESC NULLS LAST, a.opened_at LIMIT 1
            """, row: { try $0.identifier() })
    }

    package static func show(_ id: Identifier<Receipt>, within tenancy: Tenancy) -> Query<Receipt?> {
        several(where: "r.id = \(id.uuid) AND \(tenancy.condition(on: .receipts("r")))").map(\.first)
    }

    /// The receipts of this position within the tenancy, newest payment first.
    package static func summaries(on position: Identifier<Position>, within tenancy: Tenancy) -> Query<
        [ReceiptSummary]
    > {
        summaries(where: "r.position_id = \(position.uuid) AND \(tenancy.condition(on: .receipts("r")))")
    }

    package static func summaries(of attempt: Identifier<PaymentAttempt>, within tenancy: Tenancy) -> Query<
        [ReceiptSummary]
    > {
        summaries(where: "r.attempt_id = \(attempt.uuid) AND \(tenancy.condition(on: .receipts("r")))")
    }

    /// The receipts of the attempts on one page of `PaymentAttempts.list`.
    package static func summaries(of filter: AttemptFilter, within tenancy: Tenancy, page: PageRequest) -> Query<
        [ReceiptSummary]
    > {
        let attempts = PaymentAttempts.ids(filter, within: tenancy, page: page)
        return summaries(where: "r.attempt_id = ANY(ARRAY(\(attempts))) AND \(tenancy.condition(on: .receipts("r")))")
    }

    /// - Parameter condition: selects `r`, rows of `receipts`.
    private static func summaries(where condition: SQL) -> Query<[ReceiptSummary]> {
        Query(
            """
            SELECT r.id, r.attempt_id, r.status, r.outcome_code, r.amount_cents, r.paid_at, r.position_id IS NOT NULL,
                \(Positions.reviewReasons(where: "a.receipt_id = r.id")), r.superseded_by
            FROM receipts r WHERE \(condition) ORDER BY r.paid_at DESC, r.id DESC
            """,
            rows: { row in
                ReceiptSummary(
                    id: try row.identifier(), attempt: try row.optionalIdentifier(), status: try row.word(),
                    outcome: try row.outcome(), amount: try row.amount(), paidAt: try row.instant(),
                    hasPosition: try row.bool(), reviewReasons: try row.anomalyKinds(),
                    supersededBy: try row.optionalIdentifier())
            })
    }

    /// - Parameter condition: selects `r`, rows of `whole_receipts`. A subquery must be an array, because a join cannot reach the
    ///   indexes under the view.
    static func several(where condition: SQL) -> Query<[Receipt]> {
        Query(
            """
            SELECT r.id, r.receipt_id, r.origin, r.status, r.outcome_code, r.creditor_tax_code, r.creditor_name,
                r.position_id, r.installment_number, r.attempt_id, r.debt_type, r.description, r.document_year,
                r.document_number, r.iuv, r.notice_number, r.payment_context, r.amount_cents, r.fee_cents, r.paid_at,
                r.psp_id, r.psp_business_name, r.psp_tax_code, r.psp_channel_id, r.payment_method, r.transfers,
                r.payer_kind, r.payer_tax_code, r.payer_full_name, r.payer_email, r.debtor_kind, r.debtor_tax_code,
                r.debtor_full_name, r.failure_reason, r.till, r.reference, encode(r.rt_sha256, 'hex'), r.received_at,
                r.copy_of_installment_id, r.notes::text, r.voided_at, r.void_reason, r.refunds, r.review_reasons,
                r.sender, r.superseded_by, r.supersedes
            FROM whole_receipts r WHERE \(condition) ORDER BY r.paid_at DESC, r.id DESC
            """, rows: { try $0.receipt() })
    }

    /// The received bytes, with their media type.
    package static func bytes(of receipt: Identifier<Receipt>, within tenancy: Tenancy) -> Query<RTBytes?> {
        Query(
            """
            SELECT f.body, f.content_type FROM rts f JOIN receipts r ON r.id = f.receipt_id
            WHERE r.id = \(receipt.uuid) AND f.is_first AND \(tenancy.condition(on: .receipts("r")))
            """, row: { RTBytes(bytes: try $0.next([UInt8].self), contentType: try $0.text()) })
    }

    /// The received bytes of the RTs of these receipts. Some receipts have none, such as those of counter payments.
    package static func bytes(of receipts: [Identifier<Receipt>], within tenancy: Tenancy) -> Query<
        [Identifier<Receipt>: RTBytes]
    > {
        Query(
            """
            SELECT f.receipt_id, f.body, f.content_type FROM rts f JOIN receipts r ON r.id = f.receipt_id
            WHERE f.receipt_id = ANY(\(receipts.map(\.uuid))) AND f.is_first AND \(tenancy.condition(on: .receipts("r")))
            """,
            rows: { row -> (Identifier<Receipt>, RTBytes) in
                (try row.identifier(), RTBytes(bytes: try row.next([UInt8].self), contentType: try row.text()))
            }
        ).map { Dictionary($0) { first, _ in first } }
    }
}

extension Row {
    private mutating func rtTransfer() throws -> RTTransfer {
        RTTransfer(
            index: try int(), creditor: try organization(), iban: try optionalText(), amount: try amount(),
            remittance: try optionalText())
    }

    fileprivate mutating func receipt() throws -> Receipt {
        Receipt(
            id: try identifier(), receiptID: try text(), origin: try word(), status: try word(), outcome: try outcome(),
            creditor: try organization(), creditorName: try optionalText(), position: try optionalIdentifier(),
            installmentNumber: try optionalInt(), attempt: try optionalIdentifier(), debtTypeKey: try optionalText(),
            description: try text(), document: try document(), iuv: try value { try IUV(unchecked: $0) },
            noticeNumber: try optionalValue { try NoticeNumber($0) }, paymentContext: try optionalText(),
            amount: try amount(), fee: try optionalAmount(), paidAt: try instant(), psp: try rtPSP(),
            method: try optionalValue { try PaymentMethod(inRT: $0) }, transfers: try nextRows { try $0.rtTransfer() },
            payer: try rtSubject(hasEmail: true),
            debtor: try rtSubject(), failureReason: try optionalText(), till: try optionalText(),
            reference: try optionalText(), rtSHA256: try optionalText(), receivedAt: try instant(),
            copyOf: try optionalIdentifier(), notes: try notes(text()), voided: try receiptVoid(),
            refunds: try nextRows { try $0.refund() }, reviewReasons: try anomalyKinds(),
            sender: try optionalValue { try PSPID($0) },
            supersededBy: try optionalIdentifier(), supersedes: try optionalIdentifier())
    }

    fileprivate mutating func outcome() throws -> RTOutcome {
        guard let outcome = RTOutcome(rawValue: try int()) else { throw StorageError.fault("unknown outcome code") }
        return outcome
    }

    private mutating func receiptVoid() throws -> ReceiptVoid? {
        let at = try optionalInstant()
        let reason = try optionalText()
        guard let at, let reason else { return nil }
        return ReceiptVoid(at: at, reason: reason)
    }

    private mutating func document() throws -> Document? {
        let year = try optionalInt()
        let number = try optionalText()
        guard let year, let number else { return nil }
        return Document(year: year, number: number)
    }

    private mutating func rtPSP() throws -> RTPSP? {
        let id = try optionalValue { try PSPID($0) }
        let name = try optionalText()
        let taxCode = try optionalText()
        let channel = try optionalText()
        guard let id else { return nil }
        return RTPSP(id: id, businessName: name ?? "", taxCode: taxCode, channel: channel)
    }

    private mutating func rtSubject(hasEmail: Bool = false) throws -> RTSubject? {
        let kind = try optionalText().flatMap(SubjectKind.init)
        let taxCode = try optionalText()
        let fullName = try optionalText()
        let email = hasEmail ? try optionalValue { try EmailAddress($0) } : nil
        guard kind != nil || taxCode != nil || fullName != nil || email != nil else { return nil }
        return RTSubject(kind: kind, taxCode: taxCode, fullName: fullName, email: email)
    }
}
