"""Unusual values, and mutations of JSON, XML, bytes and cursors. The given random generator makes all choices."""
import base64, json

TEXTS = [
    "", " ", ";", ",", ";;", ",;", "*", "*/*;", "a" * 300, "\"", "\"\"", "'", "--", "%00", "%2e%2e", "../..", "{}", "[]", "null",
    "0", "-1", "1e99", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "NaN", "true", "é", "\u00df",
    "=", "&", "q=", ";q=", ";q=x", "text/html;q=0", "W/\"\"", "\"x\", *", "bearer", "Bearer", "Bearer ", "2018-02-30",
    "2018-10-09T09:30:00Z", "9999-12-31", "0001-01-01", "01a2076c-3248-7101-9f2c-6a5200001eef",
    "01A2076C-3248-7101-9F2C-6A5200001EEF", "301000000000103151", "IT60X0542811101000000123456", "12345678903",
]
VALUES = [
    None, True, False, 0, -1, 1, 99999999999, 100000000000, 2**31, 2**53, 2**63 - 1, -2**63, 2**63, 0.5, 1e300, "", " ", "0",
    "a" * 300, "\u0000", "\u202e", "\r\nBcc: a@example.org", "\u2028", "e\u0301", "\U0001f600", "\ufeff", "<b>&amp;", "null",
    [], {}, [[]], [None], {"": None}, [1] * 200, {"a": {"b": {"c": []}}}, "2018-13-45", "9999-12-31T23:59:60Z", "/../", "%s%n",
    "301000000000103151", "RSSMRA80A01H501U", "IT60X0542811101000000123456",
]


def paths(value, path=()):
    """Yields the path of every value in a document."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths(inner, path + (key,))


def changed(value, path, change):
    if not path:
        return change(value)
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(copy[path[0]], path[1:], change)
    return copy


def json_document(random, document):
    """Changes, removes, adds or repeats one to three members; sometimes changes bytes too."""
    for _ in range(random.randint(1, 3)):
        path = random.choice(list(paths(document)))
        kind = random.randrange(4)
        if kind == 0 and path:
            def remove(parent, key=path[-1]):
                if isinstance(parent, dict):
                    return {name: inner for name, inner in parent.items() if name != key}
                return parent[:key] + parent[key + 1:]
            document = changed(document, path[:-1], remove)
        elif kind == 1:
            def add(value):
                if isinstance(value, dict):
                    return value | {random.choice(["x", "", "a/b~", "\u0000", "id"]): random.choice(VALUES)}
                return value + [random.choice(VALUES)] if isinstance(value, list) else value
            document = changed(document, path, add)
        else:
            document = changed(document, path, lambda _: random.choice(VALUES))
    text = json.dumps(document, ensure_ascii=random.random() < 0.5)
    body = text.encode("utf-8", "surrogatepass")
    return octets(random, body) if random.random() < 0.3 else body


def xml_document(random, body):
    text = body.decode()
    starts = [index for index, letter in enumerate(text) if letter == ">"]
    kind = random.randrange(4)
    if kind == 0 and starts:
        at = random.choice(starts) + 1
        end = text.find("<", at)
        value = str(random.choice(VALUES)).replace("\u0000", "&#0;")
        text = text[:at] + value + text[end if end >= 0 else at:]
    elif kind == 1:
        at = random.randrange(len(text))
        text = text[:at] + random.choice([
            "<x/>", "]]>", "<!--", "<?x?>", "&x;", "&#x0;", "&#xD800;", "<![CDATA[x]]>", "<!DOCTYPE x>", "xmlns:a=\"b\" "]) + text[at:]
    elif kind == 2 and len(starts) > 2:
        first, last = sorted(random.sample(starts, 2))
        text = text[:first + 1] + text[last + 1:]
    else:
        return octets(random, body)
    return text.encode("utf-8", "surrogatepass")


def octets(random, body):
    """Changes, removes, inserts or cuts off bytes."""
    bytes_ = bytearray(body)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(bytes_) + 1)
        kind = random.randrange(4)
        if kind == 0 and at < len(bytes_):
            bytes_[at] = random.randrange(256)
        elif kind == 1:
            bytes_[at:at] = bytes(random.choice([b"\x00", b"\xff\xfe", b"{", b"\"", b"\\u", b",", b"[" * 40]))
        elif kind == 2:
            del bytes_[at:at + random.randint(1, 20)]
        else:
            del bytes_[at:]
    return bytes(bytes_)


def cursor(random, good):
    """Returns a cursor that was not issued: a changed one, or one in the format of an unsigned cursor."""
    kind = random.randrange(3)
    if kind == 0:
        order = random.choice(["-created_at", "created_at", "due_date", "document", "creditors", "receipts", "api_keys"])
        key = random.choice([0, 1, 2**31, 2**60 - 1, 2**63 - 1, -2**63, -2**60 + 1, "x"])
        plain = f"{order}|{key}|01A21412-8AEE-7BD7-A6F6-05E4B8461D36|{random.choice(['', 'x', 'é', chr(0)])}".encode()
    else:
        plain = base64.urlsafe_b64decode(good + "=" * (-len(good) % 4))
        plain = octets(random, plain) if kind == 1 else plain[:random.randrange(len(plain))]
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def decoded(text):
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
