/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Two people with their tokens. */
final class Users {

    static final String ALICE = "5f0d1c9a7be24c63-of-alice";
    static final String BOB = "c41e86b02dd94f7a-of-bob";

    private Users() {}

    /** They may use this gateway, from its next start on. */
    static GatewayFixture in(GatewayFixture gateway) {
        return gateway.set("gateway.login", "token")
                .set("gateway.users.alice", sha256(ALICE))
                .set("gateway.users.bob", sha256(BOB));
    }

    private static String sha256(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
