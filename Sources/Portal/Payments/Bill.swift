import JSON

/// How a position is read, and how its installments are paid.
enum PayerRole: Sendable, Equatable {
    /// The signed-in citizen, whose debt it is.
    case owner
    /// The signed-in citizen, for another person.
    case delegate(Delegator)
    /// Somebody who has typed the notice number, without the account.
    case guest
}

/// What is about to be paid: installments of one position, together.
struct Bill: Sendable {
    /// So many installments fit into one payment.
    static let maximumParts = 5

    struct Part: Sendable {
        let id: String
        let number: Int64
        let amountCents: Int64
        let dueDate: String?
        let noticeNumber: String?
        /// Why it cannot be paid now.
        let obstacle: TextKey?
    }

    let positionID: String
    let creditor: String
    let description: String
    let parts: [Part]
    let role: PayerRole
    let amountCents: Int64
    let obstacle: TextKey?

    /// - Parameter numbers: of the installments, such as `1-3`; nil for one that the position does not have.
    init?(position: JSONValue, numbers: String, role: PayerRole) {
        guard let id = position.text("id"), let numbers = Self.numbers(numbers) else { return nil }
        let all = Self.parts(of: position)
        let parts = numbers.compactMap { number in all.first { $0.number == number } }
        guard parts.count == numbers.count, let sum = Self.sum(parts) else { return nil }
        positionID = id
        creditor = position.text("creditor_tax_code") ?? ""
        description = position.text("description") ?? ""
        self.parts = parts
        self.role = role
        amountCents = sum
        obstacle = parts.lazy.compactMap(\.obstacle).first
    }

    /// `1-3` is 1 and 3: at most five different numbers, in ascending order.
    static func numbers(_ text: String) -> [Int64]? {
        let pieces = text.split(separator: "-", omittingEmptySubsequences: false)
        guard (1...maximumParts).contains(pieces.count) else { return nil }
        let numbers = pieces.compactMap { piece in
            piece.utf8.count <= 2 && piece.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(piece) : nil
        }
        guard numbers.count == pieces.count, Set(numbers).count == numbers.count else { return nil }
        return numbers.sorted()
    }

    static func parts(of position: JSONValue) -> [Part] {
        position.list("installments").compactMap { item in
            guard let id = item.text("id"), let number = item.integer("number"),
                let amount = item.integer("amount_cents"), amount > 0
            else { return nil }
            return Part(
                id: id, number: number, amountCents: amount, dueDate: item.text("due_date"),
                noticeNumber: item.text("notice_number"), obstacle: obstacle(of: item, in: position))
        }
    }

    private static func obstacle(of item: JSONValue, in position: JSONValue) -> TextKey? {
        if position.flag("under_review") { return .underReview }
        if item.flag("payment_in_progress") { return .payInProgress }
        guard !item.flag("payable") else { return nil }
        return item.text("disabled_code").flatMap { TextKey(rawValue: DeskWords.key("disabled", $0)) } ?? .notPayable
    }

    private static func sum(_ parts: [Part]) -> Int64? {
        var sum: Int64 = 0
        for part in parts {
            let (next, overflows) = sum.addingReportingOverflow(part.amountCents)
            guard !overflows else { return nil }
            sum = next
        }
        return sum
    }

    var path: String { "/pay/\(positionID)/\(parts.map { String($0.number) }.joined(separator: "-"))" }

    /// The installments as the service names them: by id only those of the payer, anybody's by the notice number.
    func writeReferences(_ json: inout JSONWriter) {
        switch role {
        case .owner, .guest: json.array("installments", parts.map(\.id)) { $0.value($1) }
        case .delegate:
            json.array("installments", parts) { json, part in
                json.beginObject()
                json.field("creditor_tax_code", creditor)
                json.field("notice_number", part.noticeNumber)
                json.endObject()
            }
        }
    }
}

/// A PSP and channel that takes the amount.
struct PSPChoice: Sendable {
    let psp: String
    let channel: String
    let name: String
    let feeCents: Int64
    let totalCents: Int64

    init?(_ json: JSONValue) {
        guard let psp = json.text("psp_id"), let channel = json.text("channel_id"),
            let fee = json.integer("fee_cents"), let total = json.integer("total_cents")
        else { return nil }
        self.psp = psp
        self.channel = channel
        let business = json.text("business_name") ?? psp
        let service = json.text("name") ?? ""
        // Many channels have their PSP's name in their own.
        name = service.isEmpty ? business : service.hasPrefix(business) ? service : "\(business) – \(service)"
        feeCents = fee
        totalCents = total
    }

    /// The form's value; neither id contains a bar.
    var value: String { "\(psp)|\(channel)" }
}
