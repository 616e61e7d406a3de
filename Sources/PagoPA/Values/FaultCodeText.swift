/// What a violated rule means for the person who filled in a form, by its code.
extension FaultCode: TextTable {
    package var texts: Texts {
        switch self {
        case .required:
            Texts(
                it: "Questo dato è obbligatorio.",
                en: "This is required.",
                de: "Diese Angabe ist erforderlich.",
                fr: "Cette donnée est obligatoire.",
                sl: "Ta podatek je obvezen.")
        case .unknownMember:
            Texts(
                it: "Questo dato non è previsto.",
                en: "This is not expected here.",
                de: "Diese Angabe ist nicht vorgesehen.",
                fr: "Cette donnée n'est pas prévue.",
                sl: "Ta podatek ni predviden.")
        case .readOnly:
            Texts(
                it: "Questo dato non si può modificare.",
                en: "This cannot be changed.",
                de: "Diese Angabe kann nicht geändert werden.",
                fr: "Cette donnée ne peut pas être modifiée.",
                sl: "Tega podatka ni mogoče spremeniti.")
        case .wrongType:
            Texts(
                it: "Questo dato non è del tipo richiesto.",
                en: "This is not of the required type.",
                de: "Diese Angabe hat nicht die verlangte Art.",
                fr: "Cette donnée n'est pas du type demandé.",
                sl: "Ta podatek ni zahtevane vrste.")
        case .badFormat:
            Texts(
                it: "Il formato non è corretto.",
                en: "The format is not correct.",
                de: "Das Format ist nicht richtig.",
                fr: "Le format n'est pas correct.",
                sl: "Oblika ni pravilna.")
        case .badCharacters:
            Texts(
                it: "Il testo contiene caratteri non ammessi.",
                en: "The text contains characters that are not allowed.",
                de: "Der Text enthält unzulässige Zeichen.",
                fr: "Le texte contient des caractères non admis.",
                sl: "Besedilo vsebuje nedovoljene znake.")
        case .badCheckDigit:
            Texts(
                it: "Il codice contiene un errore di battitura.",
                en: "The code was mistyped.",
                de: "Der Code enthält einen Tippfehler.",
                fr: "Le code contient une faute de frappe.",
                sl: "Koda vsebuje tipkarsko napako.")
        case .tooShort:
            Texts(
                it: "Il testo è troppo breve.",
                en: "The text is too short.",
                de: "Der Text ist zu kurz.",
                fr: "Le texte est trop court.",
                sl: "Besedilo je prekratko.")
        case .tooLong:
            Texts(
                it: "Il testo è troppo lungo.",
                en: "The text is too long.",
                de: "Der Text ist zu lang.",
                fr: "Le texte est trop long.",
                sl: "Besedilo je predolgo.")
        case .tooFew:
            Texts(
                it: "Gli elementi sono troppo pochi.",
                en: "There are too few items.",
                de: "Es sind zu wenige Einträge.",
                fr: "Il y a trop peu d'éléments.",
                sl: "Vnosov je premalo.")
        case .tooMany:
            Texts(
                it: "Gli elementi sono troppi.",
                en: "There are too many items.",
                de: "Es sind zu viele Einträge.",
                fr: "Il y a trop d'éléments.",
                sl: "Vnosov je preveč.")
        case .outOfRange:
            Texts(
                it: "Il numero è fuori dai limiti.",
                en: "The number is outside its limits.",
                de: "Die Zahl liegt außerhalb der Grenzen.",
                fr: "Le nombre est hors des limites.",
                sl: "Število je zunaj dovoljenih meja.")
        case .unknownValue:
            Texts(
                it: "Il valore non è tra quelli ammessi.",
                en: "The value is not one of those allowed.",
                de: "Der Wert gehört nicht zu den zulässigen.",
                fr: "La valeur ne fait pas partie de celles admises.",
                sl: "Vrednost ni med dovoljenimi.")
        case .unknownReference:
            Texts(
                it: "Ciò che indichi non esiste o è scaduto.",
                en: "What you refer to does not exist or has expired.",
                de: "Was Sie angeben, gibt es nicht oder ist abgelaufen.",
                fr: "Ce que vous indiquez n'existe pas ou a expiré.",
                sl: "Kar navajate, ne obstaja ali je poteklo.")
        case .notAllowed:
            Texts(
                it: "Questo valore qui non è ammesso.",
                en: "This value is not allowed here.",
                de: "Dieser Wert ist hier nicht zulässig.",
                fr: "Cette valeur n'est pas admise ici.",
                sl: "Ta vrednost tukaj ni dovoljena.")
        case .duplicate:
            Texts(
                it: "Lo stesso valore è indicato due volte.",
                en: "The same value is given twice.",
                de: "Derselbe Wert ist zweimal angegeben.",
                fr: "La même valeur est indiquée deux fois.",
                sl: "Ista vrednost je navedena dvakrat.")
        case .alreadyUsed:
            Texts(
                it: "Il valore è già in uso.",
                en: "The value is already in use.",
                de: "Der Wert wird bereits verwendet.",
                fr: "La valeur est déjà utilisée.",
                sl: "Vrednost je že v uporabi.")
        case .mismatch:
            Texts(
                it: "Il valore non corrisponde agli altri dati.",
                en: "The value does not match the other data.",
                de: "Der Wert passt nicht zu den anderen Angaben.",
                fr: "La valeur ne correspond pas aux autres données.",
                sl: "Vrednost se ne ujema z drugimi podatki.")
        case .sumMismatch:
            Texts(
                it: "La somma degli importi non corrisponde al totale.",
                en: "The amounts do not add up to the total.",
                de: "Die Summe der Beträge ergibt nicht den Gesamtbetrag.",
                fr: "La somme des montants ne correspond pas au total.",
                sl: "Vsota zneskov se ne ujema s skupnim zneskom.")
        case .inThePast:
            Texts(
                it: "La data deve essere futura.",
                en: "The date must lie in the future.",
                de: "Das Datum muss in der Zukunft liegen.",
                fr: "La date doit être dans le futur.",
                sl: "Datum mora biti v prihodnosti.")
        case .inTheFuture:
            Texts(
                it: "La data non può essere futura.",
                en: "The date must not lie in the future.",
                de: "Das Datum darf nicht in der Zukunft liegen.",
                fr: "La date ne peut pas être dans le futur.",
                sl: "Datum ne sme biti v prihodnosti.")
        case .tooWeak:
            Texts(
                it: "La password è facile da indovinare: scegline un'altra.",
                en: "The password is easy to guess: choose another one.",
                de: "Das Passwort ist leicht zu erraten: Wählen Sie ein anderes.",
                fr: "Le mot de passe est facile à deviner : choisissez-en un autre.",
                sl: "Geslo je lahko uganiti: izberite drugo.")
        case .wrongState:
            Texts(
                it: "Lo stato attuale non lo permette.",
                en: "The current state does not allow this.",
                de: "Der aktuelle Status lässt das nicht zu.",
                fr: "L'état actuel ne le permet pas.",
                sl: "Trenutno stanje tega ne dovoljuje.")
        }
    }
}
