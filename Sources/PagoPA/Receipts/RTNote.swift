/// An irregularity in an RT that the service accepted: its location, its kind, and how the service handled it.
package struct RTNote: Sendable, Equatable {
    /// A JSON pointer (RFC 6901) or a path of elements into the RT as received.
    package let pointer: String
    package let code: RTNoteCode
    /// In English. It never contains the value, which may be personal data.
    package let detail: String

    package init(_ pointer: String, _ code: RTNoteCode, _ detail: String) {
        self.pointer = displayText(pointer, upTo: 300)
        self.code = code
        self.detail = displayText(detail, upTo: 500)
    }
}

package enum RTNoteCode: String, Sendable, CaseIterable {
    /// The contract does not define the member; it is ignored.
    case unknownMember = "unknown_member"
    /// The contract requires the member, but the RT was readable without it.
    case missing
    /// The value was read although its form does not follow the contract.
    case nonstandard
    /// Control characters or direction overrides were removed, or the text was truncated to its maximum length.
    case sanitized
    /// The value is invalid and is omitted; the stored RT still contains it.
    case omitted
    /// The value contradicts another member, which has precedence.
    case inconsistent
    /// The time is later than the instant at which the service received the RT.
    case inFuture = "in_future"
    /// The RT contradicts itself about the payment, so an operator must review it.
    case contradictsMoney = "contradicts_money"
}

extension Sequence where Element == RTNote {
    /// Whether the RT contradicts itself about the payment.
    package var contradictMoney: Bool { contains { $0.code == .contradictsMoney } }
}

/// Collects a limited number of notes. Space is reserved for contradictions about the payment, so that other notes cannot
/// displace them.
package struct RTNotes: Sendable {
    package private(set) var items: [RTNote] = []
    /// The maximum number of notes; `reserved` of them are for contradictions about the payment.
    package static let maximum = 100
    private static let reserved = 10

    package init() {}

    package mutating func add(_ pointer: String, _ code: RTNoteCode, _ detail: String) {
        let limit = code == .contradictsMoney ? Self.maximum : Self.maximum - Self.reserved
        if items.count < limit { items.append(RTNote(pointer, code, detail)) }
    }
}
