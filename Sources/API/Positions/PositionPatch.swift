import Accounts
import JSON
import Operations
import PagoPA

/// Merges a patch (RFC 7396) into the members of a position that a creditor may change, and validates the result as a new position.
enum PositionPatch {
    private static let changeable: Set<String> = [
        "description", "document", "debtor", "debt_type", "lines", "installments", "metadata",
        "alternative_group",
    ]

    /// Members that callers cannot set are accepted with their current values, so that GET, edit, PATCH works. Any other value is a
    /// violation.
    static func apply(_ patch: JSONValue, to detail: PositionDetail, at now: Instant, _ links: Links) throws
        -> PositionDraft
    {
        guard case .object(let members) = patch else {
            throw Problem.invalid([Violation("", .wrongType, "must be an object, not \(patch.kind)")])
        }
        let current = try JSONValue.parse(JSONWriter.object { detail.write(into: &$0, at: now, links) })
        var found: [Violation] = []
        let wanted = members.settable(changeable, at: "", current: current, found: &found).map { member in
            guard member.key == "installments", case .array(let items) = member.value else { return member }
            return JSONValue.Member(member.key, .array(installments(items, current[member.key], &found)))
        }
        return try document(of: detail.position).merged(with: .object(wanted))
            .decodeObject(found: found, PositionDraft.read)
    }

    /// IUV and notice number cannot be changed, so that a printed notice stays payable.
    private static func installments(_ items: [JSONValue], _ current: JSONValue?, _ found: inout [Violation])
        -> [JSONValue]
    {
        var known: [JSONValue] = []
        if case .array(let installments)? = current { known = installments }
        return items.enumerated().map { index, item in
            guard case .object(let members) = item else { return item }
            let pointer = "/installments/\(index)"
            let own = index < known.count ? known[index] : .object(["iuv", "notice_number"].map { .init($0, .null) })
            return .object(
                members.settable(
                    ["amount_cents", "due_date", "valid_until", "transfers"], at: pointer, current: own, found: &found))
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
                json.field("valid_until", part.validUntil?.description)
                json.array("transfers", part.transfers) { $0.write($1) }
                json.endObject()
            }
            json.write(metadata: position.metadata)
            json.field("alternative_group", position.alternativeGroup)
        }
        return try JSONValue.parse(bytes)
    }
}

extension [JSONValue.Member] {
    /// Drops the members that only repeat the current values of the resource.
    /// - Parameters:
    ///   - changeable: the names that a caller may set; another name of the resource is a violation when its value differs.
    ///   - found: gets these violations.
    func settable(
        _ changeable: Set<String>, at pointer: String, current: JSONValue, found: inout [Violation]
    ) -> [JSONValue.Member] {
        filter { member in
            if changeable.contains(member.key) { return true }
            let value = current[member.key]
            // A name that the resource does not have is reported as unknown with the rest.
            guard let value else { return member.value != .null }
            if JSONWriter.canonical(member.value) == JSONWriter.canonical(value) { return false }
            found.append(Violation("\(pointer)/\(member.key.pointerEscaped)", .readOnly, "cannot be changed"))
            return false
        }
    }
}

extension JSONValue {
    /// RFC 7396.
    func merged(with patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var members: [Member] = []
        if case .object(let own) = self { members = own }
        for change in changes {
            let index = members.firstIndex { $0.isNamed(change.key) }
            if change.value == .null {
                members.removeAll { $0.isNamed(change.key) }
            } else if let index {
                members[index] = Member(change.key, members[index].value.merged(with: change.value))
            } else {
                members.append(Member(change.key, JSONValue.object([]).merged(with: change.value)))
            }
        }
        return .object(members)
    }
}
