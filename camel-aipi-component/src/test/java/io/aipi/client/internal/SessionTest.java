/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.NotAllowedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SessionTest {

    private static final ErrorContext CONTEXT = ErrorContext.of("llama2_chat");

    private final VirtualTimer timer = new VirtualTimer();
    private final SecretMask secrets = new SecretMask("api-key");
    private final Session session = new Session(timer, secrets);
    private final List<CompletableFuture<String>> logins = new ArrayList<>();

    @Test
    void oneLoginServesAllWhoWaitForIt() {
        List<CompletableFuture<String>> waiting = List.of(key(), key(), key());
        assertThat(session.describe()).isEqualTo("logging in");

        logins.get(0).complete("K1");

        assertThat(waiting).allSatisfy(key -> assertThat(key).isCompletedWithValue("K1"));
        assertThat(key()).isCompletedWithValue("K1");
        assertThat(logins).hasSize(1);
        assertThat(session.logins()).isEqualTo(1);
        assertThat(session.describe()).isEqualTo("logged in");
    }

    @Test
    void anExpiredKeyIsReplacedOnce() {
        loggedIn("K1");

        session.expired("K1");
        assertThat(session.describe()).isEqualTo("logged out");
        CompletableFuture<String> first = key();
        session.expired("K1");
        CompletableFuture<String> second = key();
        logins.get(1).complete("K2");

        assertThat(first).isCompletedWithValue("K2");
        assertThat(second).isCompletedWithValue("K2");
        assertThat(logins).hasSize(2);
    }

    @Test
    void lateNewsOfAnOldKeyChangesNothing() {
        loggedIn("K1");
        session.expired("K1");
        loggedIn("K2");

        session.expired("K1");

        assertThat(key()).isCompletedWithValue("K2");
        assertThat(logins).hasSize(2);
    }

    @Test
    void aRefusalIsSharedByAllWhoWait() {
        CompletableFuture<String> first = key();
        CompletableFuture<String> second = key();
        AuthenticationException refusal = new AuthenticationException("Key not valid", CONTEXT);

        logins.get(0).completeExceptionally(refusal);

        assertThat(first.handle((key, failure) -> failure).join()).hasCause(refusal);
        assertThat(second).isCompletedExceptionally();
        assertThat(session.describe()).startsWith("refused: Key not valid");
    }

    @Test
    void aRefusedKeyIsNotTriedAgainForFiveSeconds() {
        key();
        logins.get(0).completeExceptionally(new AuthenticationException("Key not valid", CONTEXT));

        timer.advance(Duration.ofMillis(4_999));
        assertThat(key()).isCompletedExceptionally();
        assertThat(logins).hasSize(1);

        timer.advance(Duration.ofMillis(1));
        CompletableFuture<String> again = key();
        logins.get(1).complete("K1");
        assertThat(again).isCompletedWithValue("K1");
    }

    @Test
    void aKeyThatIsNotAllowedIsNotTriedAgainAtOnceEither() {
        key();
        logins.get(0).completeExceptionally(new NotAllowedException("not here", CONTEXT));

        assertThat(key()).isCompletedExceptionally();

        assertThat(logins).hasSize(1);
    }

    @Test
    void aLoginThatDidNotReachTheServerIsTriedAgainAtOnce() {
        CompletableFuture<String> first = key();
        logins.get(0).completeExceptionally(new ConnectionFailedException("refused", false, CONTEXT, null));
        assertThat(first).isCompletedExceptionally();

        CompletableFuture<String> second = key();
        logins.get(1).complete("K1");

        assertThat(second).isCompletedWithValue("K1");
    }

    @Test
    void aLoginThatThrowsLeavesNobodyWaiting() {
        CompletableFuture<String> key = session.key(() -> {
            throw new IllegalStateException("a bug");
        });

        assertThat(key).isCompletedExceptionally();
        assertThat(session.describe()).isEqualTo("logged out");
    }

    @Test
    void whoGivesUpWaitingDoesNotSpoilItForTheOthers() {
        CompletableFuture<String> impatient = key();
        CompletableFuture<String> patient = key();

        impatient.cancel(true);
        logins.get(0).complete("K1");

        assertThat(patient).isCompletedWithValue("K1");
        assertThat(key()).isCompletedWithValue("K1");
    }

    @Test
    void aWaiterThatAsksAgainAtOnceGetsTheKeyThatItWasTold() {
        CompletableFuture<String> nested = key().thenCompose(key -> key());

        logins.get(0).complete("K1");

        assertThat(nested).isCompletedWithValue("K1");
    }

    @Test
    void itsKeysAreKeptOutOfTexts() {
        loggedIn("a-session-key");

        assertThat(secrets.mask("a-session-key of api-key")).isEqualTo("xxxxxx of xxxxxx");
        assertThat(session.describe()).doesNotContain("a-session-key");
    }

    private CompletableFuture<String> key() {
        return session.key(() -> {
            CompletableFuture<String> login = new CompletableFuture<>();
            logins.add(login);
            return login;
        });
    }

    private void loggedIn(String key) {
        key();
        logins.get(logins.size() - 1).complete(key);
    }
}
