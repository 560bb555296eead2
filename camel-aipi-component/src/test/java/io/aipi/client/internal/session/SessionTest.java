/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.error.AipiException;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.NotAllowedException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.internal.wire.SecretRedactor;
import io.aipi.client.spi.CompletionExceptions;
import io.aipi.client.spi.VirtualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SessionTest {

    private static final ErrorContext CONTEXT = ErrorContext.of("llama2_chat");

    private final VirtualScheduler scheduler = new VirtualScheduler();
    private final SecretRedactor secrets = new SecretRedactor("api-key");
    private final Session session = new Session(scheduler, secrets);
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
        SessionKey old = loggedIn("K1");

        session.expired(old);
        assertThat(old.isLost()).isTrue();
        assertThat(session.describe()).isEqualTo("logged out");
        CompletableFuture<String> first = key();
        session.expired(old);
        CompletableFuture<String> second = key();
        logins.get(1).complete("K2");

        assertThat(first).isCompletedWithValue("K2");
        assertThat(second).isCompletedWithValue("K2");
        assertThat(logins).hasSize(2);
    }

    @Test
    void lateNewsOfAnOldKeyChangesNothing() {
        SessionKey old = loggedIn("K1");
        session.expired(old);
        loggedIn("K2");

        session.expired(old);

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

    @ParameterizedTest
    @MethodSource("failures")
    @Tag("case-D10")
    @Tag("case-D11")
    void afterAFailedLogin_whateverItFailedOf_noneBeginsForATimeThatDoubles(AipiException failure) {
        key();
        fail(failure);

        for (long wait : new long[] {500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000}) {
            int before = logins.size();
            scheduler.advance(Duration.ofMillis(wait - 1));
            assertThat(key().handle((key, reason) -> CompletionExceptions.unwrap(reason))
                            .join())
                    .as("whoever asks meanwhile learns the reason at once")
                    .isSameAs(failure);
            assertThat(logins).hasSize(before);

            scheduler.advance(Duration.ofMillis(1));
            key();
            assertThat(logins).hasSize(before + 1);
            fail(failure);
        }
    }

    static Stream<AipiException> failures() {
        return Stream.of(
                new AuthenticationException("Key not valid", CONTEXT),
                new NotAllowedException("not here", CONTEXT),
                new EndpointUnavailableException("oops", true, CONTEXT.withStatus(500)),
                new ProtocolViolationException("HTML", CONTEXT, null),
                new ConnectionFailedException("refused", false, CONTEXT, null));
    }

    @Test
    void aGoodLoginEndsTheWaiting() {
        key();
        fail(new AuthenticationException("Key not valid", CONTEXT));
        scheduler.advance(Duration.ofMillis(500));
        SessionKey good = loggedIn("K1");
        session.expired(good);

        key();
        fail(new AuthenticationException("Key not valid", CONTEXT));
        scheduler.advance(Duration.ofMillis(500));

        key();
        assertThat(logins).as("it waits as after a first failure").hasSize(4);
    }

    /** A submit whose session ended while it was answered: the response can come after the next logins have failed. */
    @Test
    @Tag("case-D11")
    void anOldKeyThatIsTakenLateDoesNotShortenTheWaiting() {
        CompletableFuture<SessionKey> old = sessionKey();
        logins.get(0).complete("K1");
        session.expired(old.join());
        key();
        fail(new ConnectionFailedException("reset", true, CONTEXT, null));

        session.accepted(old.join());
        scheduler.advance(Duration.ofMillis(500));
        key();
        fail(new ConnectionFailedException("reset", true, CONTEXT, null));

        scheduler.advance(Duration.ofMillis(999));
        key();
        assertThat(logins).as("it waits as after a second failure").hasSize(3);
        scheduler.advance(Duration.ofMillis(1));
        key();
        assertThat(logins).hasSize(4);
    }

    @Test
    @Tag("case-D10")
    void aSecondKeyInARowThatTheServerNeverTakesIsAFailedLogin() {
        CompletableFuture<SessionKey> first = sessionKey();
        logins.get(0).complete("K");
        session.expired(first.join());
        for (long wait : new long[] {0, 500, 1_000, 2_000}) {
            scheduler.advance(Duration.ofMillis(wait));
            CompletableFuture<SessionKey> key = sessionKey();
            logins.get(logins.size() - 1).complete("K" + wait);
            session.expired(key.join());
            assertThat(key()).isCompletedExceptionally();
        }

        assertThat(logins).hasSize(5);
        assertThat(session.isRefused()).isTrue();
    }

    @Test
    @Tag("case-A6")
    void whoWaitsForALoginWhoseClientIsClosedLogsInItself() {
        CompletableFuture<String> closing = key();
        CompletableFuture<String> second = key();
        CompletableFuture<String> third = key();

        fail(new ClientClosedException("closed", CONTEXT));

        assertThat(closing.handle((key, failure) -> CompletionExceptions.unwrap(failure))
                        .join())
                .as("it was closed itself")
                .isInstanceOf(ClientClosedException.class);
        assertThat(logins).as("one login at a time").hasSize(2);
        logins.get(1).complete("K2");
        assertThat(second).isCompletedWithValue("K2");
        assertThat(third).isCompletedWithValue("K2");
    }

    @Test
    void theRefusalIsToldUntilAnotherLoginHasEnded() {
        key();
        fail(new AuthenticationException("Key not valid", CONTEXT));
        scheduler.advance(Duration.ofMillis(500));
        key();
        assertThat(session.describe()).isEqualTo("logging in");
        assertThat(session.isRefused()).isTrue();

        fail(new ConnectionFailedException("away", false, CONTEXT, null));

        assertThat(session.isRefused()).isFalse();
        assertThat(session.describe()).startsWith("login failed: away");
    }

    @Test
    void aLoginThatThrowsLeavesNobodyWaiting() {
        CompletableFuture<SessionKey> key = session.key(() -> {
            throw new IllegalStateException("a bug");
        });

        assertThat(key).isCompletedExceptionally();
        assertThat(session.describe()).startsWith("login failed: ");
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
        SessionKey key = loggedIn("a-session-key");

        assertThat(secrets.mask("a-session-key of api-key")).isEqualTo("xxxxxx of xxxxxx");
        assertThat(session.describe() + key).doesNotContain("a-session-key");
    }

    private CompletableFuture<String> key() {
        return sessionKey().thenApply(SessionKey::value);
    }

    private CompletableFuture<SessionKey> sessionKey() {
        return session.key(() -> {
            CompletableFuture<String> login = new CompletableFuture<>();
            logins.add(login);
            return login;
        });
    }

    private SessionKey loggedIn(String key) {
        CompletableFuture<SessionKey> loggedIn = sessionKey();
        logins.get(logins.size() - 1).complete(key);
        session.accepted(loggedIn.join());
        return loggedIn.join();
    }

    private void fail(Throwable reason) {
        logins.get(logins.size() - 1).completeExceptionally(reason);
    }
}
