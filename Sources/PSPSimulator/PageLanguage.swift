import Text

/// The languages of the simulator's page.
enum PageLanguage: String, Sendable, CaseIterable {
    case it, en, de, fr, sl

    /// The name of the language in itself.
    var name: String {
        switch self {
        case .it: "Italiano"
        case .en: "English"
        case .de: "Deutsch"
        case .fr: "Français"
        case .sl: "Slovenščina"
        }
    }

    /// The language that a reader chose, or else the one that `Accept-Language` prefers, or else Italian.
    init(chosen: String?, acceptLanguage: String?) {
        if let chosen = chosen.flatMap(Self.init(rawValue:)) {
            self = chosen
            return
        }
        let wanted = acceptLanguage.flatMap { AcceptLanguage.preferred(in: $0, of: Self.allCases.map(\.rawValue)) }
        self = wanted.flatMap(Self.init(rawValue:)) ?? .it
    }
}

/// One text of the page in each language.
struct PageText: Sendable {
    let it, en, de, fr, sl: String

    subscript(language: PageLanguage) -> String {
        switch language {
        case .it: it
        case .en: en
        case .de: de
        case .fr: Spacing.french(fr)
        case .sl: sl
        }
    }
}

extension PageText {
    static let title = PageText(
        it: "Pagamento a", en: "Payment to", de: "Zahlung an", fr: "Paiement à", sl: "Plačilo za")
    static let heading = PageText(
        it: "Simulatore PSP: pagamento", en: "PSP simulator: payment", de: "PSP-Simulator: Zahlung",
        fr: "Simulateur de PSP : paiement", sl: "Simulator PSP: plačilo")
    static let noMoney = PageText(
        it: "Pagina di prova: nessun denaro viene trasferito.", en: "Test page: no money is transferred.",
        de: "Testseite: Es wird kein Geld überwiesen.", fr: "Page d'essai : aucun argent n'est transféré.",
        sl: "Preskusna stran: denar se ne prenaša.")
    static let lastAction = PageText(
        it: "Ultima azione", en: "Last action", de: "Letzte Aktion", fr: "Dernière action", sl: "Zadnje dejanje")
    static let cancelled = PageText(
        it: "L'ente ha annullato il pagamento: non puoi più pagare. Non ti è stato addebitato nulla.",
        en: "The public body has cancelled the payment: you can no longer pay. You have not been charged.",
        de:
            "Die Körperschaft hat die Zahlung abgebrochen: Sie können nicht mehr bezahlen. Ihnen wurde nichts belastet.",
        fr: "L'organisme a annulé le paiement : vous ne pouvez plus payer. Rien ne vous a été débité.",
        sl: "Ustanova je preklicala plačilo: plačati ni več mogoče. Niste bili bremenjeni.")
    static let creditor = PageText(
        it: "Ente creditore", en: "Public body", de: "Gläubigerkörperschaft", fr: "Organisme créancier",
        sl: "Ustanova upnica")
    static let reason = PageText(
        it: "Causale", en: "Reason for payment", de: "Zahlungsgrund", fr: "Motif du paiement", sl: "Namen plačila")
    static let notice = PageText(
        it: "codice avviso", en: "notice number", de: "Nummer der Zahlungsmitteilung", fr: "numéro d'avis",
        sl: "številka obvestila")
    static let amount = PageText(it: "Importo", en: "Amount", de: "Betrag", fr: "Montant", sl: "Znesek")
    static let fee = PageText(it: "Commissione", en: "Fee", de: "Gebühr", fr: "Commission", sl: "Provizija")
    static let total = PageText(it: "Totale", en: "Total", de: "Gesamtbetrag", fr: "Total", sl: "Skupaj")
    static let trials = PageText(
        it: "Casi di prova", en: "Test cases", de: "Testfälle", fr: "Cas d'essai", sl: "Preskusni primeri")
    static let delay = PageText(
        it: "Ritardo della RT, in secondi", en: "Delay of the RT, in seconds", de: "Verzögerung der RT, in Sekunden",
        fr: "Retard de la RT, en secondes", sl: "Zamuda RT, v sekundah")
    static let languages = PageText(it: "Lingua", en: "Language", de: "Sprache", fr: "Langue", sl: "Jezik")
    static let help = PageText(it: "Aiuto", en: "Help", de: "Hilfe", fr: "Aide", sl: "Pomoč")
    static let aboutPage = PageText(
        it:
            "Questa pagina fa la parte del prestatore di servizi di pagamento (PSP) che hai scelto. Dopo ogni scelta torni al sito da cui sei partito; l'esito lo decide la ricevuta telematica (RT) che il PSP invia al servizio, non il ritorno della pagina.",
        en:
            "This page plays the part of the payment service provider (PSP) that you chose. After each choice you return to the site from which you came; the result is decided by the electronic receipt (RT) that the PSP sends to the service, not by the return of the page.",
        de:
            "Diese Seite übernimmt die Rolle des gewählten Zahlungsdienstleisters (PSP). Nach jeder Auswahl kehren Sie zu der Seite zurück, von der Sie gekommen sind; über das Ergebnis entscheidet die elektronische Quittung (RT), die der PSP an den Dienst sendet, nicht die Rückkehr der Seite.",
        fr:
            "Cette page joue le rôle du prestataire de services de paiement (PSP) que vous avez choisi. Après chaque choix, vous revenez au site d'où vous êtes parti ; le résultat dépend du reçu électronique (RT) que le PSP envoie au service, et non du retour de la page.",
        sl:
            "Ta stran igra vlogo izbranega ponudnika plačilnih storitev (PSP). Po vsaki izbiri se vrnete na stran, s katere ste prišli; o izidu odloča elektronsko potrdilo (RT), ki ga PSP pošlje storitvi, in ne vrnitev strani."
    )
}

extension PortalAction {
    var label: PageText {
        switch self {
        case .pay: PageText(it: "Paga", en: "Pay", de: "Bezahlen", fr: "Payer", sl: "Plačaj")
        case .refuse:
            PageText(
                it: "Rifiuta il pagamento", en: "Refuse the payment", de: "Zahlung ablehnen", fr: "Refuser le paiement",
                sl: "Zavrni plačilo")
        case .cancel:
            PageText(
                it: "Annulla e torna indietro", en: "Cancel and go back", de: "Abbrechen und zurück",
                fr: "Annuler et revenir", sl: "Prekliči in se vrni")
        case .late:
            PageText(
                it: "Paga, ma invia la RT in ritardo", en: "Pay, but send the RT late",
                de: "Bezahlen, aber die RT verspätet senden", fr: "Payer, mais envoyer la RT en retard",
                sl: "Plačaj, a pošlji RT z zamudo")
        case .twice:
            PageText(
                it: "Paga e invia la RT due volte", en: "Pay and send the RT twice",
                de: "Bezahlen und die RT zweimal senden", fr: "Payer et envoyer la RT deux fois",
                sl: "Plačaj in pošlji RT dvakrat")
        case .wrongAmount:
            PageText(
                it: "Paga, ma invia una RT con importo errato", en: "Pay, but send an RT with a wrong amount",
                de: "Bezahlen, aber eine RT mit falschem Betrag senden",
                fr: "Payer, mais envoyer une RT avec un montant erroné", sl: "Plačaj, a pošlji RT z napačnim zneskom")
        case .never:
            PageText(
                it: "Paga, ma non inviare mai la RT", en: "Pay, but never send the RT",
                de: "Bezahlen, aber die RT nie senden", fr: "Payer, mais ne jamais envoyer la RT",
                sl: "Plačaj, a RT nikoli ne pošlji")
        case .conflict:
            PageText(
                it: "Paga, poi invia la stessa RT con altro contenuto",
                en: "Pay, then send the same RT with other content",
                de: "Bezahlen, dann dieselbe RT mit anderem Inhalt senden",
                fr: "Payer, puis envoyer la même RT avec un autre contenu",
                sl: "Plačaj, nato pošlji isti RT z drugo vsebino")
        }
    }

    /// What the service does then.
    var help: PageText {
        switch self {
        case .pay:
            PageText(
                it: "Il pagamento riesce e il debito risulta pagato. La ricevuta arriva per e-mail.",
                en: "The payment succeeds and the debt is paid. The receipt arrives by e-mail.",
                de: "Die Zahlung gelingt und die Forderung ist bezahlt. Die Quittung kommt per E-Mail.",
                fr: "Le paiement réussit et la dette est payée. Le reçu arrive par e-mail.",
                sl: "Plačilo uspe in dolg je plačan. Potrdilo prispe po e-pošti.")
        case .refuse:
            PageText(
                it: "Il PSP rifiuta il pagamento: non ti è stato addebitato nulla e puoi riprovare.",
                en: "The PSP refuses the payment: you are not charged and can try again.",
                de: "Der PSP lehnt die Zahlung ab: Ihnen wird nichts belastet und Sie können es erneut versuchen.",
                fr: "Le PSP refuse le paiement : rien ne vous est débité et vous pouvez réessayer.",
                sl: "PSP zavrne plačilo: niste bremenjeni in lahko poskusite znova.")
        case .cancel:
            PageText(
                it: "Rinunci al pagamento: non ti è stato addebitato nulla e puoi riprovare.",
                en: "You give up the payment: you are not charged and can try again.",
                de: "Sie brechen die Zahlung ab: Ihnen wird nichts belastet und Sie können es erneut versuchen.",
                fr: "Vous renoncez au paiement : rien ne vous est débité et vous pouvez réessayer.",
                sl: "Odpoveste se plačilu: niste bremenjeni in lahko poskusite znova.")
        case .late:
            PageText(
                it: "Il pagamento resta in corso finché la RT non arriva.",
                en: "The payment stays in progress until the RT arrives.",
                de: "Die Zahlung bleibt in Bearbeitung, bis die RT eintrifft.",
                fr: "Le paiement reste en cours jusqu'à l'arrivée de la RT.",
                sl: "Plačilo je v teku, dokler RT ne prispe.")
        case .twice:
            PageText(
                it: "La seconda RT è riconosciuta come copia: il debito è pagato una volta sola.",
                en: "The second RT is recognized as a copy: the debt is paid once.",
                de: "Die zweite RT wird als Kopie erkannt: Die Forderung ist einmal bezahlt.",
                fr: "La seconde RT est reconnue comme une copie : la dette est payée une seule fois.",
                sl: "Drugi RT je prepoznan kot kopija: dolg je plačan enkrat.")
        case .wrongAmount:
            PageText(
                it: "Il pagamento resta in verifica: decide l'ente.",
                en: "The payment is under review: the public body decides.",
                de: "Die Zahlung wird geprüft: Die Körperschaft entscheidet.",
                fr: "Le paiement est en cours de vérification : l'organisme décide.",
                sl: "Plačilo je v preverjanju: odloča ustanova.")
        case .never:
            PageText(
                it: "Senza RT il pagamento non risulta: il tentativo scade e puoi riprovare.",
                en: "Without an RT the payment is not known: the attempt expires and you can try again.",
                de:
                    "Ohne RT ist die Zahlung nicht bekannt: Der Zahlungsversuch läuft ab und Sie können es erneut versuchen.",
                fr: "Sans RT, le paiement n'est pas connu : la tentative expire et vous pouvez réessayer.",
                sl: "Brez RT plačilo ni znano: poskus poteče in lahko poskusite znova.")
        case .conflict:
            PageText(
                it: "La prima RT conta; la seconda, diversa, apre una verifica dell'ente.",
                en: "The first RT counts; the second, different one opens a review by the public body.",
                de: "Die erste RT zählt; die zweite, abweichende löst eine Prüfung durch die Körperschaft aus.",
                fr: "La première RT compte ; la seconde, différente, ouvre une vérification de l'organisme.",
                sl: "Prvi RT velja; drugi, drugačen, sproži preverjanje ustanove.")
        }
    }
}
