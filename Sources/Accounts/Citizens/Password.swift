import Foundation
import PagoPA

/// A password in Unicode NFC, so that every way of typing the same characters gives the same password. It is validated by length
/// and against common passwords, not by classes of characters (NIST SP 800-63B).
package struct Password: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    package static let lengths = 12...128

    private let text: String

    package init(_ text: String) throws(InvalidValue) {
        // Limit the size before normalization; a character has at most four bytes.
        guard text.utf8.count <= Self.lengths.upperBound * 4 else { throw Self.badLength(.tooLong) }
        let normal = text.precomposedStringWithCanonicalMapping
        let length = normal.unicodeScalars.count
        guard Self.lengths.contains(length) else {
            throw Self.badLength(length < Self.lengths.lowerBound ? .tooShort : .tooLong)
        }
        guard !normal.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) else {
            throw InvalidValue(.badCharacters, "must not contain control characters")
        }
        self.text = normal
    }

    private static func badLength(_ code: FaultCode) -> InvalidValue {
        InvalidValue(code, "must be \(lengths.lowerBound) to \(lengths.upperBound) characters long")
    }

    package var bytes: [UInt8] { Array(text.utf8) }

    /// Never the password itself, so that it cannot appear in a log.
    package var description: String { "password" }
    package var debugDescription: String { description }

    /// Why the password is too easy to guess; empty if it is not.
    package func faults(for owner: PasswordOwner) -> [String] {
        let plain = text.lowercased()
        var faults: [String] = []
        if Set(plain.unicodeScalars).count < 5 || Self.isSequence(plain) || Self.isCommon(plain) {
            faults.append("is too common")
        }
        if owner.words.contains(where: plain.contains) {
            faults.append("must not contain the e-mail address, the tax code or the name")
        }
        return faults
    }

    /// Whether the password is a common word, also with digits or other characters appended.
    private static func isCommon(_ plain: String) -> Bool {
        let bare = plain.unicodeScalars.filter { $0.properties.isAlphabetic }.map(String.init).joined()
        return common.contains(plain) || common.contains(bare)
    }

    /// Whether all characters are consecutive, as in 123456789012 or abcdefghijkl.
    private static func isSequence(_ plain: String) -> Bool {
        let values = plain.unicodeScalars.map { Int($0.value) }
        let steps = zip(values, values.dropFirst()).map { $1 - $0 }
        return [1, -1].contains { step in steps.count { $0 == step } >= steps.count - 2 }
    }

    private static let common: Set<String> = [
        "password", "passwordpassword", "passw0rd", "qwerty", "qwertyuiop", "qwertyqwerty", "qwertyuiopasd",
        "asdfghjkl", "asdfghjklzxcv", "zxcvbnm", "qazwsxedcrfv", "1qaz2wsx3edc", "1q2w3e4r5t6y", "1q2w3e4r5t6y7u8i",
        "q1w2e3r4t5y6", "zaq12wsxcde3", "iloveyou", "iloveyouiloveyou", "letmein", "letmeinletmein", "welcome",
        "welcomewelcome", "administrator", "administrator1", "admin", "adminadminadmin", "changeme", "changemechangeme",
        "trustno1trustno1", "football", "footballfootball", "baseball", "basketball", "superman", "batman", "princess",
        "sunshine", "dragon", "monkey", "master", "computer", "internet", "whatever", "starwars", "pokemon", "michael",
        "jennifer", "jordan", "liverpool", "manchester", "chelsea", "arsenal", "correcthorsebatterystaple",
        "abcabcabcabc", "abcdabcdabcd", "123123123123", "123412341234", "123456123456", "123321123321", "112233445566",
        "147258369147", "159753159753", "987654321987", "111222333444", "passwordsicura", "parola", "paroladordine",
        "ciao", "ciaociao", "ciaociaociao", "amore", "amoremio", "amoreamore", "tiamo", "tiamotiamo", "juventus",
        "juventusjuventus", "forzajuve", "forzamilan", "forzainter", "forzanapoli", "forzaroma", "internazionale",
        "milan", "napoli", "roma", "lazio", "italia", "italiaitalia", "forzaitalia", "francesco", "alessandro",
        "giuseppe", "valentina", "francesca", "alessandra", "stella", "stellastella", "bellissima", "benvenuto",
        "benvenuti", "segreto", "segretissimo", "cambiami", "pagopa", "pagopapagopa", "quietanza", "pagamento",
        "pagamenti", "comune", "passwort", "geheim", "willkommen", "hallohallo", "motdepasse", "azerty", "azertyuiop",
        "azertyuiopqs", "bonjour", "bonjourbonjour", "geslo", "geslogeslo",
    ]
}

/// Known data of the password's owner, which the password must not contain.
package struct PasswordOwner: Sendable, Equatable {
    package var taxCode: TaxCode?
    package var email: EmailAddress?
    package var givenName: String?
    package var familyName: String?

    package init(
        taxCode: TaxCode? = nil, email: EmailAddress? = nil, givenName: String? = nil, familyName: String? = nil
    ) {
        self.taxCode = taxCode
        self.email = email
        self.givenName = givenName
        self.familyName = familyName
    }

    /// In lower case. Short names are ignored, because they occur in good passwords by chance.
    fileprivate var words: [String] {
        let mailbox = email?.value.split(separator: "@").first.map(String.init)
        let names = [givenName, familyName].compactMap(\.self)
        let whole = names.joined()
        let turned = names.reversed().joined()
        let others = [mailbox, whole, turned].compactMap(\.self).filter { $0.unicodeScalars.count >= 6 }
        return ([taxCode?.value, email?.value].compactMap(\.self) + others).map {
            $0.precomposedStringWithCanonicalMapping.lowercased()
        }
    }
}
