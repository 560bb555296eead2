/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;

/**
 * Users who are known by a token. Of each the SHA-256 is kept only: a token is long and random, so that nobody finds one for a
 * hash.
 */
final class TokenUsers implements AuthenticationManager {

    private static final Pattern SHA_256 = Pattern.compile("\\p{XDigit}{64}");
    private static final Pattern NAME = Pattern.compile("\\S.{0,199}");

    private final Map<String, byte[]> hashes = new LinkedHashMap<>();

    /**
     * The users by their names, with the SHA-256 of their tokens, in hexadecimal.
     *
     * @throws IllegalArgumentException if there is none, or something else in place of a hash
     */
    TokenUsers(Map<String, String> users) {
        if (users.isEmpty()) {
            throw new IllegalArgumentException(
                    "Nobody could log in: set gateway.users.NAME to the SHA-256 of a token, or gateway.login to none");
        }
        users.forEach((name, hash) -> {
            if (!NAME.matcher(name).matches() || !SHA_256.matcher(hash).matches()) {
                // what it is instead may be the token
                throw new IllegalArgumentException(
                        "gateway.users." + name + " must be the SHA-256 of a token, 64 hexadecimal digits");
            }
            hashes.put(name, HexFormat.of().parseHex(hash));
        });
    }

    /** Takes the token from the credentials. */
    @Override
    public Authentication authenticate(Authentication presented) {
        byte[] hash = sha256(String.valueOf(presented.getCredentials()));
        String found = null;
        for (Map.Entry<String, byte[]> user : hashes.entrySet()) {
            // all of them, whichever it is: the time tells nothing
            if (MessageDigest.isEqual(user.getValue(), hash)) {
                found = user.getKey();
            }
        }
        if (found == null) {
            throw new BadCredentialsException("The token is nobody's");
        }
        return UsernamePasswordAuthenticationToken.authenticated(found, null, List.of());
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            // every Java has it
            throw new IllegalStateException(e);
        }
    }
}
