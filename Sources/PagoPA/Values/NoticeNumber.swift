import Text

/// Numero avviso: 18 digits; the first one (aux digit) determines the structure of the others.
package struct NoticeNumber: Sendable, Hashable, CustomStringConvertible {
    package let value: String

    package init(_ value: String) throws(InvalidValue) {
        let bytes = Array(value.utf8)
        guard bytes.count == 18, bytes.allSatisfy(\.isDigit) else {
            throw InvalidValue(.badFormat, "must be 18 digits")
        }
        switch bytes[0] {
        case UInt8(ascii: "0"), UInt8(ascii: "2"), UInt8(ascii: "3"):
            guard remainder93(bytes[..<16]) == digits(bytes[16...]) else {
                throw InvalidValue(.badCheckDigit, "has wrong check digits")
            }
        case UInt8(ascii: "1"): break
        default: throw InvalidValue(.badFormat, "must begin with the auxiliary digit 0, 1, 2 or 3")
        }
        self.value = value
    }

    package var description: String { value }
    package var auxDigit: Int { Int(value.utf8.first ?? 0x30) - 0x30 }

    package var iuv: IUV {
        // Digits of a known length are always a valid IUV.
        (try? IUV(String(value.dropFirst(auxDigit == 0 ? 3 : 1)))) ?? IUV(digits: value)
    }

    /// The digits in groups of four, for print.
    package var grouped: String {
        stride(from: 0, to: 18, by: 4).map { start in
            String(value.dropFirst(start).prefix(4))
        }.joined(separator: " ")
    }
}

extension IUV {
    fileprivate init(digits: String) {
        self = (try? IUV(digits)) ?? IUV(digits: "0")
    }
}

/// The remainder modulo 93 of the digits before the check digits, including aux digit and code.
func remainder93(_ bytes: some Sequence<UInt8>) -> Int {
    bytes.reduce(0) { ($0 * 10 + Int($1 - 0x30)) % 93 }
}

/// The rule for a creditor's notice numbers: its aux digit with the application or segregation code.
package enum NoticeCodes: Sendable, Hashable {
    case aux0(applicationCode: String)
    case aux1
    case aux2
    case aux3(segregationCode: String)

    package init(auxDigit: Int, applicationCode: String?, segregationCode: String?) throws(InvalidValue) {
        switch auxDigit {
        case 0: self = .aux0(applicationCode: try Self.code(applicationCode, "application_code"))
        case 1: self = .aux1
        case 2: self = .aux2
        case 3: self = .aux3(segregationCode: try Self.code(segregationCode, "segregation_code"))
        default: throw InvalidValue(.unknownValue, "must be 0, 1, 2 or 3")
        }
        if auxDigit != 0, applicationCode != nil {
            throw InvalidValue(.notAllowed, "is not used with an application_code")
        }
        if auxDigit != 3, segregationCode != nil {
            throw InvalidValue(.notAllowed, "is not used with a segregation_code")
        }
    }

    private static func code(_ code: String?, _ name: String) throws(InvalidValue) -> String {
        guard let code, code.utf8.count == 2, code.utf8.allSatisfy(\.isDigit) else {
            throw InvalidValue(.required, "requires \(name), two digits")
        }
        return code
    }

    /// The number of digits in the creditor's own part of a number.
    package var baseDigits: Int {
        switch self {
        case .aux0, .aux3: 13
        case .aux1: 17
        case .aux2: 15
        }
    }

    private var prefix: String {
        switch self {
        case .aux0(let code): "0" + code
        case .aux1: "1"
        case .aux2: "2"
        case .aux3(let code): "3" + code
        }
    }

    package func notice(base: UInt64) throws(InvalidValue) -> NoticeNumber {
        let text = String(base)
        guard text.count <= baseDigits else { throw InvalidValue(.tooLong, "is too long for this creditor's numbers") }
        let body = prefix + String(repeating: "0", count: baseDigits - text.count) + text
        switch self {
        case .aux1: return try NoticeNumber(body)
        case .aux0, .aux2, .aux3: return try NoticeNumber(body + twoDigits(remainder93(body.utf8)))
        }
    }

    /// The notice number that contains this IUV; nil if the IUV's form, code or check digits do not match this creditor.
    package func notice(for iuv: IUV) -> NoticeNumber? {
        let text =
            switch self {
            case .aux0(let code): "0" + code + iuv.value
            case .aux1, .aux2, .aux3: String(prefix.prefix(1)) + iuv.value
            }
        guard let notice = try? NoticeNumber(text), owns(notice) else { return nil }
        return notice
    }

    package func owns(_ notice: NoticeNumber) -> Bool { notice.value.hasPrefix(prefix) }
}

extension NoticeCodes {
    package var auxDigit: Int {
        switch self {
        case .aux0: 0
        case .aux1: 1
        case .aux2: 2
        case .aux3: 3
        }
    }

    /// The application or segregation code.
    package var code: String? {
        switch self {
        case .aux0(let code), .aux3(let code): code
        case .aux1, .aux2: nil
        }
    }
}
