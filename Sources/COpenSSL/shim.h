#pragma once
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

// EVP_MD accessors are functions already; HMAC is a plain function: nothing here needs wrapping but the digest's choice.
static inline const EVP_MD *quietanza_sha256(void) { return EVP_sha256(); }
