import JSON
import PagoPA

extension RTDocument {
    /// The webhook's JSON, said member by member.
    static func json(_ bytes: [UInt8]) throws(RTDocumentFailure) -> RTStatement {
        let value: JSONValue
        do {
            var limits = JSONLimits()
            limits.acceptsNUL = true
            // A byte order mark may be ignored (RFC 8259, 8.1).
            let isMarked = bytes.starts(with: [0xEF, 0xBB, 0xBF])
            value = try JSONValue.parse(isMarked ? Array(bytes.dropFirst(3)) : bytes, limits: limits)
        } catch { throw .unreadable("\(error).") }
        guard case .object = value else {
            throw .refused([Fault("", .wrongType, "must be an object, not \(value.kind)")])
        }
        var notes = RTNotes()
        let root = RTObject(value, at: "")
        root.noteUnknown(known, in: &notes)
        let psp = root.object("psp", in: &notes)
        psp.noteUnknown(["id", "business_name", "tax_code", "channel_id"], in: &notes)
        let payer = subject(root, "payer", in: &notes)
        let debtor = subject(root, "debtor", in: &notes)
        let transfers = transfers(root, in: &notes)
        return RTStatement(
            syntax: .json, receiptID: root.member("receipt_id"), outcome: root.member("outcome"),
            outcomeCode: root.member("outcome_code"), creditor: root.member("creditor_tax_code"),
            iuv: root.member("iuv"), noticeNumber: root.member("notice_number"), amount: root.member("amount_cents"),
            paidAt: root.member("paid_at"), attempt: root.member("attempt_id"),
            context: root.member("payment_context"), fees: [root.member("fee_cents")],
            psp: RTStatement.PSP(
                id: psp.member("id"), businessName: psp.member("business_name"), taxCode: psp.member("tax_code"),
                channel: psp.member("channel_id")), method: root.member("payment_method"),
            transfersPointer: "/transfers", transfers: transfers, payer: payer, debtor: debtor,
            failureReason: root.member("failure_reason"), notes: notes)
    }

    private static let known: Set<String> = [
        "receipt_id", "outcome", "outcome_code", "creditor_tax_code", "notice_number", "iuv", "attempt_id",
        "payment_context", "amount_cents", "fee_cents", "psp", "payment_method", "paid_at", "transfers", "payer",
        "debtor", "failure_reason",
    ]

    private static func subject(_ root: RTObject, _ name: String, in notes: inout RTNotes) -> RTStatement.Subject? {
        guard root.has(name) else { return nil }
        let subject = root.object(name, in: &notes)
        subject.noteUnknown(["kind", "tax_code", "full_name", "email"], in: &notes)
        return RTStatement.Subject(
            kind: subject.member("kind"), taxCode: subject.member("tax_code"), fullName: subject.member("full_name"),
            email: subject.member("email"))
    }

    private static func transfers(_ root: RTObject, in notes: inout RTNotes) -> [RTStatement.Transfer] {
        let sent: [JSONValue]
        switch root.value("transfers") {
        case nil: return []
        case .array(let items): sent = items
        case .some(let other):
            notes.add("/transfers", .omitted, "must be an array, not \(other.kind)")
            return []
        }
        return sent.enumerated().map { index, item in
            let transfer = RTObject(item, at: "/transfers/\(index)")
            transfer.noteUnknown(["index", "creditor_tax_code", "iban", "amount_cents", "remittance"], in: &notes)
            return RTStatement.Transfer(
                pointer: transfer.pointer, index: transfer.member("index"),
                creditor: transfer.member("creditor_tax_code"), amount: transfer.member("amount_cents"),
                iban: transfer.member("iban"), remittance: transfer.member("remittance"),
                valueDate: .init("\(transfer.pointer)/value_date", .absent))
        }
    }
}

/// A JSON object of which nothing is demanded.
private struct RTObject {
    let pointer: String
    private let members: [String: JSONValue]
    private let order: [String]

    /// Anything else is an object without members.
    init(_ value: JSONValue, at pointer: String) {
        self.pointer = pointer
        guard case .object(let members) = value else {
            self.members = [:]
            order = []
            return
        }
        self.members = Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        order = members.map(\.key)
    }

    func has(_ name: String) -> Bool { members[name] != nil }

    func value(_ name: String) -> JSONValue? { members[name] }

    func member(_ name: String) -> RTStatement.Member {
        let value: RTStatement.Value =
            switch members[name] {
            case nil: .absent
            case .null: .null
            case .string(let text): .text(text)
            case .integer(let number): .number(String(number))
            case .number(let text): .number(text)
            case .some(let other): .other(other.kind)
            }
        return RTStatement.Member("\(pointer)/\(name)", value)
    }

    func object(_ name: String, in notes: inout RTNotes) -> RTObject {
        let own = "\(pointer)/\(name)"
        guard let value = members[name] else { return RTObject(.object([]), at: own) }
        if case .object = value {} else { notes.add(own, .omitted, "must be an object, not \(value.kind)") }
        return RTObject(value, at: own)
    }

    func noteUnknown(_ known: Set<String>, in notes: inout RTNotes) {
        for name in order where !known.contains(name) {
            notes.add("\(pointer)/\(name.pointerEscaped)", .unknownMember, "is not known; it is ignored")
        }
    }
}
