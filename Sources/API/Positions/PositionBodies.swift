import JSON
import PagoPA
import Requests
import Text

// The bodies that creditors send about positions.

extension PositionDraft {
    static func read(_ reader: inout ObjectReader) -> PositionDraft? { read(&reader, at: nil) }

    /// - Parameter path: the key in the path of the request. The body may repeat it.
    static func read(_ reader: inout ObjectReader, at path: PositionPath?) -> PositionDraft? {
        let creditor = reader.named("creditor_tax_code", path?.creditor) { try OrganizationTaxCode(unchecked: $0) }
        let externalID = reader.named("external_id", path?.externalID) { try boundedText($0, 1...70) }
        let debtType = reader.required("debt_type") { try shortName($0) }
        let document = reader.required("document", object: Document.read)
        let description = reader.required("description") { try boundedText($0, 1...140) }
        let debtor = reader.required("debtor", object: Debtor.read)
        let lines = reader.optional("lines", count: 0...200, items: PositionLine.read)
        let installments = reader.required("installments", count: 1...60, items: InstallmentDraft.read)
        let metadata = reader.optional(
            map: "metadata", count: 0...15, key: { try boundedText($0, 1...140) },
            value: { try boundedText($0, 0...140) })
        let isDraft = reader.optional(flag: "draft")
        let alternativeGroup = reader.optional("alternative_group") { try boundedText($0, 1...35) }
        guard let creditor, let externalID, let debtType, let document, let description, let debtor, let installments
        else {
            return nil
        }
        return PositionDraft(
            creditor: creditor, externalID: externalID, debtTypeKey: debtType, document: document,
            description: description, debtor: debtor, lines: lines ?? [], installments: installments,
            metadata: metadata ?? [:], isDraft: isDraft ?? false, alternativeGroup: alternativeGroup)
    }
}

/// The creditor's own key of a position, as a path contains it.
struct PositionPath {
    let creditor: OrganizationTaxCode
    let externalID: String

    /// - Throws: `Refusal.notFound` for a key that no position can have.
    init(_ request: some IncomingRequest) throws(Refusal) {
        guard let creditor = try? OrganizationTaxCode(unchecked: request.parameter("tax_code")),
            let externalID = try? boundedText(request.parameter("external_id"), 1...70)
        else { throw .notFound }
        self.creditor = creditor
        self.externalID = externalID
    }
}

extension ObjectReader {
    /// A member that is required, unless the path contains it. Then it may be absent, and has no other value.
    fileprivate mutating func named<T: Equatable>(_ key: String, _ path: T?, text make: (String) throws -> T) -> T? {
        guard let path else { return required(key, text: make) }
        if let value = optional(key, text: make), value != path {
            refuse(key, .mismatch, "must be the value in the path")
        }
        return path
    }
}

/// A creditor's own short name of a debt type.
func shortName(_ text: String) throws(InvalidValue) -> String {
    guard (1...35).contains(text.utf8.count),
        text.utf8.allSatisfy({ $0.isLower || $0.isDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") })
    else { throw InvalidValue(.badFormat, "must be 1 to 35 small letters, digits, hyphens or underscores") }
    return text
}

extension Document {
    static func read(_ reader: inout ObjectReader) -> Document? {
        let year = reader.required("year", in: 1_900...2_999)
        let number = reader.required("number") { try boundedText($0, 1...35) }
        guard let year, let number else { return nil }
        return Document(year: Int(year), number: number)
    }
}

extension Debtor {
    static func read(_ reader: inout ObjectReader) -> Debtor? {
        let kind = reader.required("kind", text: SubjectKind.read)
        let taxCode = reader.required("tax_code") { try TaxCode($0) }
        if let kind, let mismatch = taxCode?.mismatch(with: kind) { reader.refuse("tax_code", .mismatch, mismatch) }
        let fullName = reader.required("full_name") { try boundedText($0, 1...70) }
        let email = reader.optional("email") { try EmailAddress($0) }
        let address = reader.optional("address", object: PostalAddress.read)
        guard let kind, let taxCode, let fullName else { return nil }
        return Debtor(kind: kind, taxCode: taxCode, fullName: fullName, email: email, address: address)
    }
}

extension SubjectKind {
    static func read(_ text: String) throws(InvalidValue) -> SubjectKind {
        guard let kind = SubjectKind(rawValue: text) else {
            throw InvalidValue(.unknownValue, "must be person or company")
        }
        return kind
    }
}

extension PostalAddress {
    static func read(_ reader: inout ObjectReader) -> PostalAddress? {
        let street = reader.required("street") { try boundedText($0, 1...70) }
        let civicNumber = reader.optional("civic_number") { try boundedText($0, 1...16) }
        let postalCode = reader.required("postal_code") { try boundedText($0, 1...16) }
        let city = reader.required("city") { try boundedText($0, 1...70) }
        let province = reader.optional("province") { try boundedText($0, 1...35) }
        let country = reader.required("country") { try countryCode($0) }
        guard let street, let postalCode, let city, let country else { return nil }
        return PostalAddress(
            street: street, civicNumber: civicNumber, postalCode: postalCode, city: city, province: province,
            country: country)
    }

    private static func countryCode(_ text: String) throws(InvalidValue) -> String {
        guard text.utf8.count == 2, text.utf8.allSatisfy(\.isUpper) else {
            throw InvalidValue(.badFormat, "must be two capital letters (ISO 3166-1)")
        }
        return text
    }
}

extension PositionLine {
    static func read(_ value: JSONValue, _ pointer: String, _ violations: Violations) -> PositionLine? {
        ObjectReader.object(value, pointer, violations) { reader in
            let description = reader.required("description") { try boundedText($0, 1...140) }
            let quantity = reader.optional("quantity", in: 1...1_000_000)
            let amount = reader.required("amount_cents", in: 0...Amount.maximum.cents)
            guard let description, let amount = amount.flatMap({ try? Amount(cents: $0) }) else { return nil }
            return PositionLine(description: description, quantity: quantity.map(Int.init), amount: amount)
        }
    }
}

extension InstallmentDraft {
    static func read(_ value: JSONValue, _ pointer: String, _ violations: Violations) -> InstallmentDraft? {
        ObjectReader.object(value, pointer, violations) { reader in
            let amount = reader.required("amount_cents", in: 1...Amount.maximum.cents)
            let dueDate = reader.required("due_date") { try CalendarDate($0) }
            let validUntil = reader.optional("valid_until") { try CalendarDate($0) }
            let iuv = reader.optional("iuv") { try IUV($0) }
            let notice = reader.optional("notice_number") { try NoticeNumber($0) }
            let transfers = reader.optional("transfers", count: 1...5, items: Transfer.read)
            guard let amount = amount.flatMap({ try? Amount(cents: $0) }), let dueDate else { return nil }
            return InstallmentDraft(
                amount: amount, dueDate: dueDate, validUntil: validUntil, iuv: iuv, noticeNumber: notice,
                transfers: transfers ?? [])
        }
    }
}

extension Transfer {
    static func read(_ value: JSONValue, _ pointer: String, _ violations: Violations) -> Transfer? {
        ObjectReader.object(value, pointer, violations) { reader in
            let creditor = reader.required("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) }
            let iban = reader.required("iban") { try IBAN($0) }
            let amount = reader.required("amount_cents", in: 1...Amount.maximum.cents)
            let taxonomy = reader.required("taxonomy_code") { try TaxonomyCode($0) }
            let remittance = reader.required("remittance") { try boundedText($0, 1...140) }
            guard let creditor, let iban, let amount = amount.flatMap({ try? Amount(cents: $0) }), let taxonomy,
                let remittance
            else { return nil }
            return Transfer(
                creditor: creditor, iban: iban, amount: amount, taxonomyCode: taxonomy, remittance: remittance)
        }
    }
}
