import PagoPA

/// The words of the payment notice. The Italian ones are on every notice; those of the reader's language stand beside them.
package enum NoticeText: String, TextTable {
    case title, creditor, recipient, taxCode, contacts, amounts, due, total, singlePayment, installment, mayChange,
        channels, channelsText, banks, banksText, banksWithCBILL, post, postText, subject, notice, amount, cbill,
        account,
        holder, slipType, qrCode, dataMatrix

    package var texts: Texts {
        switch self {
        case .title:
            Texts(
                it: "Avviso di pagamento", en: "Payment notice", de: "Zahlungsmitteilung", fr: "Avis de paiement",
                sl: "Obvestilo o plačilu")
        case .creditor: VerificationText.creditor.texts
        case .recipient:
            Texts(
                it: "Destinatario avviso", en: "Addressee", de: "Empfänger", fr: "Destinataire", sl: "Naslovnik")
        case .taxCode: ReceiptText.taxCode.texts
        case .contacts:
            Texts(
                it: "Per informazioni: {ways}", en: "Questions: {ways}", de: "Auskunft: {ways}",
                fr: "Renseignements : {ways}", sl: "Informacije: {ways}")
        case .amounts:
            Texts(
                it: "Quanto e quando pagare", en: "How much, and by when", de: "Wie viel und bis wann",
                fr: "Combien et jusqu'à quand", sl: "Koliko in do kdaj")
        case .due:
            Texts(
                it: "entro il {day}", en: "by {day}", de: "bis zum {day}", fr: "au plus tard le {day}",
                sl: "najpozneje {day}")
        case .total:
            Texts(
                it: "in {count} rate", en: "in {count} instalments", de: "in {count} Raten",
                fr: "en {count} versements", sl: "v {count} obrokih")
        case .singlePayment:
            Texts(
                it: "Rata unica", en: "Single payment", de: "Einmalige Zahlung", fr: "Paiement unique",
                sl: "Enkratno plačilo")
        case .installment:
            Texts(
                it: "Rata {number} di {count}", en: "Instalment {number} of {count}",
                de: "Rate {number} von {count}", fr: "Versement {number} sur {count}",
                sl: "Obrok {number} od {count}")
        case .mayChange:
            Texts(
                it:
                    "Se l'ente aggiorna l'importo dopo la stampa di questo avviso, ti viene chiesto l'importo aggiornato.",
                en:
                    "If the public body changes the amount after this notice was printed, you are asked for the new amount.",
                de:
                    "Wenn die Körperschaft den Betrag nach dem Druck dieser Mitteilung ändert, wird der neue Betrag verlangt.",
                fr:
                    "Si l'organisme modifie le montant après l'impression de cet avis, le nouveau montant vous est demandé.",
                sl: "Če ustanova po tisku tega obvestila spremeni znesek, boste plačali novi znesek.")
        case .channels:
            Texts(it: "Dove pagare", en: "Where to pay", de: "Wo bezahlen", fr: "Où payer", sl: "Kje plačati")
        case .channelsText:
            Texts(
                it:
                    "Sul sito o con l'app dell'ente, della tua banca, di Poste Italiane e degli altri canali di pagamento; oppure in banca, all'ufficio postale, in ricevitoria, dal tabaccaio, al bancomat e al supermercato. L'elenco dei canali è su www.pagopa.gov.it.",
                en:
                    "On the website or with the app of the public body, of your bank, of Poste Italiane and of other payment services; or at a bank, a post office, a lottery shop, a tobacconist, a cash machine or a supermarket. The list of channels is on www.pagopa.gov.it.",
                de:
                    "Auf der Website oder mit der App der Körperschaft, Ihrer Bank, von Poste Italiane und anderer Zahlungsdienste; oder in der Bank, im Postamt, in der Lottoannahmestelle, in der Tabaktrafik, am Geldautomaten und im Supermarkt. Die Liste der Kanäle finden Sie auf www.pagopa.gov.it.",
                fr:
                    "Sur le site ou avec l'application de l'organisme, de votre banque, de Poste Italiane et des autres services de paiement ; ou à la banque, au bureau de poste, au bureau de loterie, au bureau de tabac, au distributeur et au supermarché. La liste des canaux est sur www.pagopa.gov.it.",
                sl:
                    "Na spletišču ali z aplikacijo ustanove, vaše banke, Poste Italiane in drugih plačilnih storitev; ali v banki, na pošti, na loterijskem mestu, v trafiki, na bankomatu in v supermarketu. Seznam kanalov je na www.pagopa.gov.it."
            )
        case .banks:
            Texts(
                it: "Banche e altri canali", en: "Banks and other channels", de: "Banken und andere Kanäle",
                fr: "Banques et autres canaux", sl: "Banke in drugi kanali")
        case .banksText:
            Texts(
                it: "Inquadra il codice QR, oppure indica il codice avviso e il codice fiscale dell'ente.",
                en: "Scan the QR code, or give the notice number and the tax code of the public body.",
                de:
                    "Scannen Sie den QR-Code, oder geben Sie die Nummer der Zahlungsmitteilung und die Steuernummer der Körperschaft an.",
                fr: "Scannez le code QR, ou indiquez le numéro d'avis et le code fiscal de l'organisme.",
                sl: "Skenirajte kodo QR ali navedite številko obvestila in davčno številko ustanove.")
        case .banksWithCBILL:
            Texts(
                it:
                    "Inquadra il codice QR, oppure indica il codice CBILL, il codice avviso e il codice fiscale dell'ente.",
                en: "Scan the QR code, or give the CBILL code, the notice number and the tax code of the public body.",
                de:
                    "Scannen Sie den QR-Code, oder geben Sie den CBILL-Code, die Nummer der Zahlungsmitteilung und die Steuernummer der Körperschaft an.",
                fr:
                    "Scannez le code QR, ou indiquez le code CBILL, le numéro d'avis et le code fiscal de l'organisme.",
                sl: "Skenirajte kodo QR ali navedite kodo CBILL, številko obvestila in davčno številko ustanove.")
        case .post:
            Texts(
                it: "Bollettino postale PA", en: "Postal slip", de: "Posterlagschein", fr: "Bulletin postal",
                sl: "Poštna položnica")
        case .postText:
            Texts(
                it: "All'ufficio postale, oppure sul sito o con l'app di Poste Italiane.",
                en: "At a post office, or on the website or with the app of Poste Italiane.",
                de: "Im Postamt oder auf der Website oder mit der App von Poste Italiane.",
                fr: "Au bureau de poste, ou sur le site ou avec l'application de Poste Italiane.",
                sl: "Na pošti ali na spletišču ali z aplikacijo Poste Italiane.")
        case .subject:
            Texts(
                it: "Oggetto del pagamento", en: "Reason for payment", de: "Zahlungsgrund",
                fr: "Motif du paiement", sl: "Namen plačila")
        case .notice: ReceiptText.notice.texts
        case .amount:
            Texts(it: "Importo", en: "Amount", de: "Betrag", fr: "Montant", sl: "Znesek")
        case .cbill:
            Texts(
                it: "Codice CBILL", en: "CBILL code", de: "CBILL-Code", fr: "Code CBILL", sl: "Koda CBILL")
        case .account:
            Texts(
                it: "Sul conto corrente postale", en: "Postal account", de: "Postkonto", fr: "Compte postal",
                sl: "Poštni račun")
        case .holder:
            Texts(
                it: "Intestato a", en: "In the name of", de: "Lautend auf", fr: "Au nom de", sl: "Imetnik")
        case .slipType:
            Texts(it: "Tipo", en: "Type", de: "Art", fr: "Type", sl: "Vrsta")
        case .qrCode:
            Texts(
                it:
                    "Codice QR con il codice avviso {notice}, il codice fiscale dell'ente {creditor} e l'importo {amount}",
                en:
                    "QR code with the notice number {notice}, the tax code of the public body {creditor} and the amount {amount}",
                de:
                    "QR-Code mit der Nummer der Zahlungsmitteilung {notice}, der Steuernummer der Körperschaft {creditor} und dem Betrag {amount}",
                fr:
                    "Code QR avec le numéro d'avis {notice}, le code fiscal de l'organisme {creditor} et le montant {amount}",
                sl: "Koda QR s številko obvestila {notice}, davčno številko ustanove {creditor} in zneskom {amount}")
        case .dataMatrix:
            Texts(
                it: "Data Matrix con i dati del bollettino postale", en: "Data Matrix with the data of the postal slip",
                de: "Data Matrix mit den Angaben des Posterlagscheins",
                fr: "Data Matrix avec les données du bulletin postal",
                sl: "Data Matrix s podatki poštne položnice")
        }
    }
}
