import Foundation
import Text

/// The id of an entity: a UUID of version 7. It is sortable by its creation time and contains no other information.
package struct Identifier<Noun>: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let uuid: UUID

    package init(uuid: UUID) {
        self.uuid = uuid
    }

    /// Parses the canonical form, in upper or lower case (RFC 9562, section 4).
    package init(_ text: String) throws(InvalidValue) {
        guard text.utf8.count == 36, let uuid = UUID(uuidString: text),
            Identifier(uuid: uuid).description == text.asciiLowercased
        else {
            throw InvalidValue(.badFormat, "is not an id")
        }
        self.uuid = uuid
    }

    /// Parses 32 lower-case hexadecimal digits, the form for fields of 35 characters. `nil` for any other text.
    package init?(withoutHyphens text: String) {
        guard text.utf8.count == 32, text.utf8.allSatisfy({ $0.isDigit || (0x61...0x66).contains($0) }) else {
            return nil
        }
        var parts: [Substring] = []
        var rest = text[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        guard let id = try? Identifier(parts.joined(separator: "-")) else { return nil }
        self = id
    }

    package static func make(at now: Instant, random: inout some RandomNumberGenerator) -> Identifier {
        let microseconds = UInt64(max(0, now.microseconds))
        let milliseconds = microseconds / 1_000
        // RFC 9562, method 3: the fraction of a millisecond makes ids of the same millisecond sortable.
        let fraction = microseconds % 1_000 * 4_096 / 1_000
        let high = milliseconds << 16 | 0x7000 | fraction
        let low = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        func byte(_ word: UInt64, _ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64(index))) }
        return Identifier(
            uuid: UUID(
                uuid: (
                    byte(high, 0), byte(high, 1), byte(high, 2), byte(high, 3), byte(high, 4), byte(high, 5),
                    byte(high, 6), byte(high, 7), byte(low, 0), byte(low, 1), byte(low, 2), byte(low, 3), byte(low, 4),
                    byte(low, 5), byte(low, 6), byte(low, 7)
                )))
    }

    package var description: String {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        withUnsafeBytes(of: uuid.uuid) { bytes in
            for (index, byte) in bytes.enumerated() {
                if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
                text.append(Hex.digit(byte >> 4))
                text.append(Hex.digit(byte & 15))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// 32 hexadecimal digits, for fields of 35 characters.
    package var withoutHyphens: String { description.filter { $0 != "-" } }

    package static func < (left: Identifier, right: Identifier) -> Bool { left.uuid < right.uuid }
}

/// Tags for the identifiers of entities in the module Accounts, to which the journal and the mails of this module refer.
package enum CitizenTag {}
package enum APIKeyTag {}
package typealias CitizenID = Identifier<CitizenTag>
package typealias APIKeyID = Identifier<APIKeyTag>
