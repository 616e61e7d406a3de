import PagoPA

/// The words of the mail that tells a payer of a refund.
struct RefundMailWords: Sendable {
    /// `{creditor}` stands for the creditor's name.
    let subject, decided, how: String
    let attached, amount: String

    static func of(_ language: Language) -> RefundMailWords {
        switch language {
        case .it: italian
        case .en: english
        case .de: german
        case .fr: french
        case .sl: slovene
        }
    }

    private static let italian = RefundMailWords(
        subject: "{creditor} ha deciso di rimborsarti",
        decided: "{creditor} ha deciso di rimborsarti questo pagamento, o una parte di esso.",
        how:
            "Il rimborso lo esegue direttamente {creditor}, non attraverso pagoPA. Per sapere quando e come lo ricevi, contatta l'ente.",
        attached: "In allegato trovi la ricevuta aggiornata in formato PDF.", amount: "Importo del rimborso")

    private static let english = RefundMailWords(
        subject: "{creditor} has decided to refund you",
        decided: "{creditor} has decided to refund this payment, or a part of it.",
        how:
            "{creditor} makes the refund itself, not through pagoPA. To know when and how you will receive it, contact the public body.",
        attached: "The updated receipt is attached as a PDF.", amount: "Amount of the refund")

    private static let german = RefundMailWords(
        subject: "{creditor} hat eine Rückzahlung an dich beschlossen",
        decided: "{creditor} hat beschlossen, dir diese Zahlung ganz oder teilweise zurückzuzahlen.",
        how:
            "{creditor} zahlt selbst zurück, nicht über pagoPA. Wann und wie du das Geld erhältst, erfährst du bei der Körperschaft.",
        attached: "Die aktualisierte Quittung ist als PDF beigefügt.", amount: "Betrag der Rückzahlung")

    private static let french = RefundMailWords(
        subject: "{creditor} a décidé de te rembourser",
        decided: "{creditor} a décidé de te rembourser ce paiement, en tout ou en partie.",
        how:
            "{creditor} effectue le remboursement directement, pas par pagoPA. Pour savoir quand et comment tu le recevras, contacte l'organisme.",
        attached: "Le reçu mis à jour est joint au format PDF.", amount: "Montant du remboursement")

    private static let slovene = RefundMailWords(
        subject: "{creditor}: odločeno je, da prejmeš vračilo",
        decided: "{creditor}: odločeno je, da se ti to plačilo v celoti ali delno vrne.",
        how:
            "Vračilo izvede ustanova ({creditor}) sama, ne prek sistema pagoPA. Kdaj in kako ga prejmeš, izveš pri ustanovi.",
        attached: "Posodobljeno potrdilo je priloženo v obliki PDF.", amount: "Znesek vračila")
}
