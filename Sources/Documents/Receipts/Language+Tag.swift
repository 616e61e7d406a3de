import PagoPA

extension Language {
    /// BCP 47, with the country where the words are read.
    var tag: String {
        switch self {
        case .it: "it-IT"
        case .en: "en-GB"
        case .de: "de-IT"
        case .fr: "fr-IT"
        case .sl: "sl-IT"
        }
    }
}
