import JSON
import Operations
import PagoPA

/// RFC 7396 over what a creditor may change: the current position as a document, merged, read again by the same rules as a new one.
enum PositionPatch {
    private static let changeable: Set<String> = [
        "description", "document", "debtor", "debt_type", "lines", "installments", "metadata",
    ]

    static func apply(_ patch: JSONValue, to position: Position) throws -> PositionDraft {
        guard case .object(let members) = patch else {
            throw Problem.invalid([Violation("", .wrongType, "must be an object, not \(patch.kind)")])
        }
        let fixed = members.filter { !changeable.contains($0.key) }
        guard fixed.isEmpty else {
            throw Problem.invalid(fixed.map { Violation("/\($0.key.pointerEscaped)", .readOnly, "can not be changed") })
        }
        let numbers = members.first { $0.key == "installments" }.map { numbersGiven($0.value) } ?? []
        guard numbers.isEmpty else { throw Problem.invalid(numbers) }
        return try Inbound.object(document(of: position).merged(with: patch), PositionDraft.read)
    }

    /// IUV and notice number are guarded: a notice already printed stays payable.
    private static func numbersGiven(_ installments: JSONValue) -> [Violation] {
        guard case .array(let items) = installments else { return [] }
        return items.enumerated().flatMap { index, item in
            ["iuv", "notice_number"].filter { item[$0] != nil }.map {
                Violation("/installments/\(index)/\($0)", .readOnly, "can not be changed")
            }
        }
    }

    private static func document(of position: Position) throws -> JSONValue {
        let bytes = JSONWriter.object { json in
            json.field("creditor_tax_code", position.creditor.value)
            json.field("external_id", position.externalID)
            json.field("debt_type", position.debtTypeKey)
            json.write(position.document)
            json.field("description", position.description)
            json.object("debtor") { $0.write(position.debtor) }
            json.write(position.lines)
            json.array("installments", position.installments) { json, part in
                json.beginObject()
                json.field("amount_cents", part.amount.cents)
                json.field("due_date", part.dueDate.description)
                json.array("transfers", part.transfers) { $0.write($1) }
                json.endObject()
            }
            json.write(metadata: position.metadata)
        }
        return try JSONValue.parse(bytes)
    }
}

extension JSONValue {
    /// RFC 7396.
    func merged(with patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var members: [Member] = []
        if case .object(let own) = self { members = own }
        for change in changes {
            let index = members.firstIndex { $0.key == change.key }
            if change.value == .null {
                members.removeAll { $0.key == change.key }
            } else if let index {
                members[index] = Member(change.key, members[index].value.merged(with: change.value))
            } else {
                members.append(Member(change.key, JSONValue.object([]).merged(with: change.value)))
            }
        }
        return .object(members)
    }
}
