/// The files of the receipt's fonts, below one folder, as the Debian packages fonts-dejavu-core, fonts-noto-core,
/// fonts-droid-fallback and fonts-wqy-microhei install them. The order decides which font draws a character that several have.
enum FontFiles {
    static let all =
        ["dejavu/DejaVuSans.ttf", "dejavu/DejaVuSans-Bold.ttf"] + noto.map { "noto/\($0)-Regular.ttf" } + [
            // Han and Kana, then Hangul. Noto Sans CJK has more Han letters and is ten times as large.
            "droid/DroidSansFallbackFull.ttf", "wqy/wqy-microhei.ttc",
        ]

    /// One font for each script of a living language that Debian packages, in the regular weight only, because names occur only in
    /// rows that are not bold.
    private static let noto = [
        "NotoSans", "NotoSansArabic", "NotoSansHebrew", "NotoSansArmenian", "NotoSansGeorgian", "NotoSansEthiopic",
        "NotoSansBengali", "NotoSansDevanagari", "NotoSansGujarati", "NotoSansGurmukhi", "NotoSansOriya",
        "NotoSansTamil", "NotoSansTelugu", "NotoSansKannada", "NotoSansMalayalam", "NotoSansSinhala", "NotoSansThai",
        "NotoSansLao", "NotoSansKhmer", "NotoSansMyanmar", "NotoSerifTibetan", "NotoSansThaana", "NotoSansSyriac",
        "NotoSansMongolian", "NotoSansCherokee", "NotoSansCanadianAboriginal", "NotoSansTifinagh", "NotoSansNKo",
        "NotoSansVai", "NotoSansYi", "NotoSansLisu", "NotoSansOlChiki", "NotoSansAdlam", "NotoSansMeeteiMayek",
        "NotoSansJavanese", "NotoSansBalinese", "NotoSansSundanese", "NotoSansBuginese", "NotoSansCham",
        "NotoSansTaiLe", "NotoSansNewTaiLue", "NotoSansTaiViet", "NotoSansTaiTham", "NotoSansChakma", "NotoSansLepcha",
        "NotoSansLimbu", "NotoSansKayahLi", "NotoSansHanifiRohingya", "NotoSansOsage", "NotoSansSylotiNagri",
        "NotoSansBatak", "NotoSansRejang", "NotoSansSaurashtra", "NotoSansMiao", "NotoSansWancho",
        "NotoSansSoraSompeng", "NotoSansWarangCiti", "NotoSansMendeKikakui", "NotoSansBamum", "NotoSansPahawhHmong",
        "NotoSansNewa", "NotoSansMasaramGondi", "NotoSansGunjalaGondi", "NotoSansMandaic", "NotoSansCoptic",
    ]
}
