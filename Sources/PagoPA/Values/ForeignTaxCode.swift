import Text

/// VAT numbers and tax ids of other countries, which identify a debtor or payer without an Italian code.
///
/// Sources: VIES for the Union and Northern Ireland (`XI`, Greece as `EL`); the tax offices of the United Kingdom, Switzerland,
/// Norway and San Marino (COE). For other countries only a strict general form is accepted: mostly digits, so that an Italian
/// code with a missing character is not accepted as a foreign one.
enum ForeignTaxCode {
    /// - Parameter bytes: capital letters and digits, beginning with the two letters of the country.
    static func accepts(_ bytes: [UInt8]) -> Bool {
        guard (4...15).contains(bytes.count), bytes.allSatisfy({ $0.isDigit || $0.isUpper }) else { return false }
        let country = String(decoding: bytes[..<2], as: UTF8.self)
        let rest = bytes[2...]
        if let masks = masks[country] {
            return masks.contains { mask in
                mask.utf8.count == rest.count && zip(mask.utf8, rest).allSatisfy(Self.fits)
            }
        }
        return country != "IT" && others.contains(country) && rest.count { !$0.isDigit } <= 2 && rest.count >= 3
    }

    private static func fits(_ mask: UInt8, _ byte: UInt8) -> Bool {
        switch mask {
        case UInt8(ascii: "n"): byte.isDigit
        case UInt8(ascii: "a"): byte.isUpper
        case UInt8(ascii: "x"): byte.isDigit || byte.isUpper
        default: byte == mask
        }
    }

    private static func digits(_ counts: Int...) -> [String] { counts.map { String(repeating: "n", count: $0) } }

    /// `n` matches a digit, `a` a letter, `x` either; a capital letter matches itself.
    private static let masks: [String: [String]] = [
        "AT": ["Unnnnnnnn"], "BE": digits(10), "BG": digits(9, 10), "CH": ["Ennnnnnnnn"], "CY": ["nnnnnnnna"],
        "CZ": digits(8, 9, 10), "DE": digits(9), "DK": digits(8), "EE": digits(9), "EL": digits(9), "ES": ["xnnnnnnnx"],
        "FI": digits(8), "FR": ["xxnnnnnnnnn"], "GB": digits(9, 12) + ["GDnnn", "HAnnn"], "GR": digits(9),
        "HR": digits(11), "HU": digits(8), "IE": ["nnnnnnna", "nnnnnnnaa", "nannnnna"], "LT": digits(9, 12),
        "LU": digits(8), "LV": digits(11), "MT": digits(8), "NL": ["nnnnnnnnnBnn"], "NO": digits(9) + ["nnnnnnnnnMVA"],
        "PL": digits(10), "PT": digits(9), "RO": digits(2, 3, 4, 5, 6, 7, 8, 9, 10), "SE": digits(12), "SI": digits(8),
        "SK": digits(10), "SM": digits(3, 4, 5), "XI": digits(9, 12) + ["GDnnn", "HAnnn"],
    ]

    /// The countries of ISO 3166-1, without those above.
    private static let others: Set<String> = {
        let codes = """
            ADAEAFAGAIALAMAOAQARASAUAWAXAZBABBBDBFBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCICKCLCMCNCOCRCUCVCWCXDJDMDODZECEG\
            EHERETFJFKFMFOGAGDGEGFGGGHGIGLGMGNGPGQGSGTGUGWGYHKHMHNHTIDILIMINIOIQIRISJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILK\
            LRLSLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMUMVMWMXMYMZNANCNENFNGNINPNRNUNZOMPAPEPFPGPHPKPMPNPRPSPWPYQARERSRURWSASBSC\
            SDSGSHSJSLSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW
            """
        var rest = Substring(codes)
        var set: Set<String> = []
        while !rest.isEmpty {
            set.insert(String(rest.prefix(2)))
            rest = rest.dropFirst(2)
        }
        return set
    }()
}
