import Foundation

/// A certificate authority for tests, created and used with the openssl command line in a temporary folder.
package final class TestAuthority: Sendable {
    /// PEM files.
    package struct Pair: Sendable {
        package let certificate: URL
        package let key: URL

        package var pem: String {
            get throws { try String(contentsOf: certificate, encoding: .utf8) }
        }
    }

    /// The folder of the root and of all its intermediates.
    private let base: URL
    package let folder: URL
    package let root: Pair
    /// The signing authority: the root or an intermediate.
    private let signer: Pair

    package static let cardExtensions = """
        basicConstraints=CA:FALSE
        keyUsage=critical,digitalSignature
        extendedKeyUsage=clientAuth,emailProtection
        certificatePolicies=@cns,0.4.0.2042.1.1
        [cns]
        policyIdentifier=1.3.76.16.2.1
        CPS.1=https://ca.example.org/cps
        userNotice.1=@notice
        [notice]
        explicitText=Carta nazionale dei servizi
        """
    package static let serverExtensions = """
        basicConstraints=CA:FALSE
        keyUsage=critical,digitalSignature
        extendedKeyUsage=serverAuth
        subjectAltName=IP:127.0.0.1,DNS:localhost
        """

    package init(name: String = "Autorità di prova") throws {
        base = FileManager.default.temporaryDirectory.appending(path: "quietanza-ca-\(UUID().uuidString)")
        folder = base
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        root = Pair(certificate: folder.appending(path: "root.pem"), key: folder.appending(path: "root.key"))
        signer = root
        try Tool.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-utf8", "-days",
                "30",
                "-keyout", root.key.path, "-out", root.certificate.path, "-subj", "/C=IT/O=Ente di prova/CN=\(name)",
                "-addext", "keyUsage=critical,keyCertSign,cRLSign",
            ])
        try prepare()
    }

    /// - Parameter below: the name of the intermediate that signs instead of the root.
    private init(below other: TestAuthority, as pair: Pair) throws {
        base = other.base
        folder = base.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        root = other.root
        signer = pair
        try prepare()
    }

    /// An intermediate authority issued by this one; its certificate is in `signerPEM`.
    package func intermediate(name: String) throws -> TestAuthority {
        let pair = try issue(
            "/C=IT/O=Ente di prova/CN=\(name)",
            extensions: "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign")
        return try TestAuthority(below: self, as: pair)
    }

    /// Certificates issued inside `issue` are signed by this certificate, which need not be an authority's.
    package func sign(by pair: Pair, _ issue: (TestAuthority) throws -> Pair) throws -> Pair {
        try issue(TestAuthority(below: self, as: pair))
    }

    package var signerPEM: String { get throws { try signer.pem } }

    package func remove() { try? FileManager.default.removeItem(at: base) }

    private func prepare() throws {
        try Data().write(to: folder.appending(path: "index.txt"))
        try """
        [ca]
        default_ca=own
        [own]
        database=\(folder.path)/index.txt
        new_certs_dir=\(folder.path)
        unique_subject=no
        rand_serial=yes
        default_md=sha256
        policy=any
        string_mask=utf8only
        [any]
        commonName=optional
        """.write(to: folder.appending(path: "ca.cnf"), atomically: true, encoding: .utf8)
    }

    /// - Parameters:
    ///   - subject: in openssl's format, `/CN=…`, with `\/` and `\+` for those characters in a value.
    ///   - from: `YYYYMMDDHHMMSSZ`.
    package func issue(
        _ subject: String, extensions: String = cardExtensions, from: String = "20200101000000Z",
        to: String = "20480101000000Z"
    ) throws -> Pair {
        let path = folder.appending(path: UUID().uuidString).path
        let pair = Pair(certificate: URL(fileURLWithPath: path + ".pem"), key: URL(fileURLWithPath: path + ".key"))
        try extensions.write(toFile: path + ".ext", atomically: true, encoding: .utf8)
        try Tool.run(
            "openssl",
            [
                "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-utf8", "-keyout",
                pair.key.path, "-out", path + ".csr", "-subj", subject,
            ])
        try Tool.run(
            "openssl",
            [
                "ca", "-batch", "-notext", "-preserveDN", "-config", folder.path + "/ca.cnf", "-cert",
                signer.certificate.path, "-keyfile", signer.key.path, "-startdate", from, "-enddate", to, "-extfile",
                path + ".ext", "-in", path + ".csr", "-out", pair.certificate.path,
            ])
        return pair
    }

    /// A card's certificate, with its names and tax code.
    package func card(
        _ commonName: String = #"RSSMRA80A01H501U\/6120016461039008.i1ZpZfaCX\/eKyikBfnF8to\+M2T8="#,
        extensions: String = cardExtensions, from: String = "20200101000000Z", to: String = "20480101000000Z"
    ) throws -> Pair {
        try issue(
            "/C=IT/O=Regione di prova/OU=Ente emettitore/GN=MARIO/SN=ROSSI/CN=\(commonName)", extensions: extensions,
            from: from, to: to)
    }
}
