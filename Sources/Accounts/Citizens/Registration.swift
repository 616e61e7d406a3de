import PagoPA
import Text

/// A validated request for an account.
package struct Registration: Sendable, Equatable {
    package let kind: CitizenKind
    package let taxCode: TaxCode
    package let givenName: String
    package let familyName: String
    package let birth: Birth
    package let address: PostalAddress
    package let email: EmailAddress
    package let password: Password
    package let language: Language
    /// The link in the mail, on an origin of the front end; nil: the mail shows the code.
    package let verificationURL: ReturnURL?

    package init(
        kind: CitizenKind, taxCode: TaxCode, givenName: String, familyName: String, birth: Birth,
        address: PostalAddress, email: EmailAddress, password: Password, language: Language,
        verificationURL: ReturnURL?
    ) {
        self.kind = kind
        self.taxCode = taxCode
        self.givenName = givenName
        self.familyName = familyName
        self.birth = birth
        self.address = address
        self.email = email
        self.password = password
        self.language = language
        self.verificationURL = verificationURL
    }
}

/// The rules between the fields of a registration. Each rule checks the fields that could be parsed, so that all faults are
/// reported together.
package struct RegistrationRules: Sendable {
    package var kind: CitizenKind?
    package var taxCode: TaxCode?
    package var birthDate: CalendarDate?
    package var address: PostalAddress?
    package var password: Password?
    package var owner = PasswordOwner()

    package init() {}

    package func faults(today: CalendarDate) -> [Fault] {
        var faults: [Fault] = []
        if let taxCode, !taxCode.isPersonal16 {
            faults.append(Fault("/tax_code", .badFormat, "must be a person's codice fiscale of 16 characters"))
        }
        if let birthDate {
            if birthDate > today {
                faults.append(Fault("/birth/date", .inTheFuture, "must not be in the future"))
            } else if let taxCode, taxCode.isPersonal16, !taxCode.agrees(withBirth: birthDate) {
                faults.append(Fault("/birth/date", .mismatch, "does not match the tax code"))
            }
        }
        if let kind, let address { faults += kind.faults(of: address) }
        if let password { faults += password.faults(for: owner).map { Fault("/password", .tooWeak, $0) } }
        return faults
    }
}

extension TaxCode {
    /// Whether a person's tax code contains this date of birth: two digits of the year, a letter for the month, and the day, plus
    /// 40 for women.
    package func agrees(withBirth date: CalendarDate) -> Bool {
        let bytes = Array(value.utf8)
        guard bytes.count == 16, let month = Self.monthLetters.firstIndex(of: bytes[8]) else { return false }
        let year = Self.digit(bytes[6]) * 10 + Self.digit(bytes[7])
        let day = Self.digit(bytes[9]) * 10 + Self.digit(bytes[10])
        return date.year % 100 == year && date.month == month + 1 && (date.day == day || date.day + 40 == day)
    }

    private static let monthLetters = Array("ABCDEHLMPRST".utf8)
    /// Letters that replace the digits 0…9 in tax codes changed for omocodia.
    private static let omocodiaLetters = Array("LMNPQRSTUV".utf8)

    private static func digit(_ byte: UInt8) -> Int {
        byte.isDigit ? Int(byte - 0x30) : omocodiaLetters.firstIndex(of: byte) ?? 0
    }
}
