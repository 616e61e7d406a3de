/// The names of the payment methods, by their code.
package enum PaymentMethodText: String, TextTable {
    case card = "CP"
    case bankTransfer = "BBT"
    case postalSlip = "BP"
    case directDebit = "AD"
    case myBank = "MYBK"
    case myBankEarlier = "OBEP"
    case bancomatPay = "BPAY"
    case bancomatPayEarlier = "JIF"
    case payPal = "PPAL"
    case postePay = "PPAY"
    case applePay = "APPL"
    case atProvider = "PO"
    case other = "OTH"

    package var texts: Texts {
        switch self {
        case .card:
            Texts(
                it: "Carta di credito, debito o prepagata",
                en: "Credit, debit or prepaid card",
                de: "Kredit-, Debit- oder Prepaidkarte",
                fr: "Carte de crédit, de débit ou prépayée",
                sl: "Kreditna, debetna ali predplačniška kartica")
        case .bankTransfer:
            Texts(
                it: "Bonifico bancario",
                en: "Bank transfer",
                de: "Banküberweisung",
                fr: "Virement bancaire",
                sl: "Bančno nakazilo")
        case .postalSlip:
            Texts(
                it: "Bollettino postale",
                en: "Postal payment slip",
                de: "Posterlagschein",
                fr: "Bulletin de versement postal",
                sl: "Poštna položnica")
        case .directDebit:
            Texts(
                it: "Addebito diretto",
                en: "Direct debit",
                de: "Lastschrift",
                fr: "Prélèvement",
                sl: "Direktna bremenitev")
        case .myBank: Texts(everywhere: "MyBank")
        case .myBankEarlier: Texts(everywhere: "MyBank")
        case .bancomatPay: Texts(everywhere: "BANCOMAT Pay")
        case .bancomatPayEarlier: Texts(everywhere: "BANCOMAT Pay")
        case .payPal: Texts(everywhere: "PayPal")
        case .postePay: Texts(everywhere: "PostePay")
        case .applePay: Texts(everywhere: "Apple Pay")
        case .atProvider:
            Texts(it: "Presso il PSP", en: "At the PSP", de: "Beim PSP", fr: "Auprès du PSP", sl: "Pri PSP")
        case .other:
            Texts(it: "Altro", en: "Other", de: "Sonstige", fr: "Autre", sl: "Drugo")
        }
    }
}
