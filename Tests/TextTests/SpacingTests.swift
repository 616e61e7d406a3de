import Testing
import Text

@Suite struct SpacingTests {
    @Test(arguments: [
        ("Paiement en cours : terminez-le", "Paiement en cours\u{A0}: terminez-le"),
        ("Mot de passe oublié ? Oui ! Non ; bien", "Mot de passe oublié\u{A0}? Oui\u{A0}! Non\u{A0}; bien"),
        ("Avec « Rechercher », vous", "Avec «\u{A0}Rechercher\u{A0}», vous"),
        ("n° 5 de 2018", "n°\u{A0}5 de 2018"), ("à 16 h 00, dans 16 heures", "à 16\u{A0}h\u{A0}00, dans 16 heures"),
        ("au maximum 32 Mo et 100 000 lignes", "au maximum 32\u{A0}Mo et 100\u{A0}000 lignes"),
        ("59,80 €, 180 Ko.", "59,80\u{A0}€, 180\u{A0}Ko."), ("", ""), (" ", " "), (" a ", " a "), (" : ", "\u{20}: "),
        ("e\u{301} : è", "e\u{301}\u{A0}: è"),
    ])
    func `a French line does not end before a mark, after an opening quote or in a number`(text: String, spaced: String)
    {
        #expect(Spacing.french(text) == spaced)
        #expect(Spacing.french(spaced) == spaced)
    }

    @Test func `a value follows its label as each language writes it`() {
        #expect(
            Spacing.colon("it-IT") == ": " && Spacing.colon("fr-FR") == "\u{A0}: " && Spacing.colon("fr") == "\u{A0}: ")
    }

    @Test func `a number on one line has no ordinary blank`() {
        #expect("+39 06 1234567".onOneLine == "+39\u{A0}06\u{A0}1234567" && "".onOneLine == "")
    }
}
