/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import io.aipi.client.error.AipiException;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.NotAllowedException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The session with one server under one set of credentials: a small state machine around a key.
 *
 * <p>Invariants: at most one login is under way, whoever asks; a key that a call reported expired is never handed out
 * again; all who wait for a login get its outcome; a refusal is remembered for a moment, so that many exchanges do not
 * hammer the server with a key that it has just refused. Nobody blocks.
 */
public final class Session {

    /** How long a refused login is not tried again. */
    static final Duration REFUSAL_HOLD = Duration.ofSeconds(5);

    private sealed interface State {}

    private record LoggedOut() implements State {}

    private record LoggingIn(CompletableFuture<String> key) implements State {}

    private record LoggedIn(String key) implements State {

        /** Never shows the key. */
        @Override
        public String toString() {
            return "LoggedIn[]";
        }
    }

    private record Refused(AipiException reason, long until) implements State {}

    private final Timer timer;
    private final SecretMask secrets;
    private State state = new LoggedOut();
    private long logins;

    /** {@code secrets} learns the session keys. */
    public Session(Timer timer, SecretMask secrets) {
        this.timer = timer;
        this.secrets = secrets;
    }

    /** Keeps the keys of this session out of texts. */
    SecretMask secrets() {
        return secrets;
    }

    /**
     * A key that is good as far as is known: the present one, or the one that the login under way or begun now brings.
     * {@code login} is called at most once, outside of any lock.
     */
    CompletableFuture<String> key(Supplier<CompletableFuture<String>> login) {
        CompletableFuture<String> started;
        synchronized (this) {
            if (state instanceof LoggedIn loggedIn) {
                return CompletableFuture.completedFuture(loggedIn.key());
            }
            if (state instanceof LoggingIn loggingIn) {
                return loggingIn.key().copy();
            }
            if (state instanceof Refused refused && timer.nanoTime() - refused.until() < 0) {
                return CompletableFuture.failedFuture(refused.reason());
            }
            started = new CompletableFuture<>();
            state = new LoggingIn(started);
            logins++;
        }
        begun(login).whenComplete((key, failure) -> ended(started, key, failure));
        return started.copy();
    }

    private static CompletableFuture<String> begun(Supplier<CompletableFuture<String>> login) {
        try {
            return login.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** A call was answered 401 with this key. Later news of a key that is not in use any more changes nothing. */
    synchronized void expired(String key) {
        if (state instanceof LoggedIn loggedIn && loggedIn.key().equals(key)) {
            state = new LoggedOut();
        }
    }

    private void ended(CompletableFuture<String> started, String key, Throwable failure) {
        Throwable reason = Failures.cause(failure);
        synchronized (this) {
            if (reason == null) {
                secrets.remember(key);
                state = new LoggedIn(key);
            } else if (reason instanceof AuthenticationException || reason instanceof NotAllowedException) {
                state = new Refused((AipiException) reason, timer.nanoTime() + REFUSAL_HOLD.toNanos());
            } else {
                state = new LoggedOut();
            }
        }
        if (reason == null) {
            started.complete(key);
        } else {
            started.completeExceptionally(reason);
        }
    }

    /** Logins begun so far. */
    public synchronized long logins() {
        return logins;
    }

    /** Whether the last login was refused. */
    public synchronized boolean isRefused() {
        return state instanceof Refused;
    }

    /** For people: {@code logged in}, {@code logged out}, {@code logging in} or {@code refused: REASON}. */
    public synchronized String describe() {
        if (state instanceof LoggedIn) {
            return "logged in";
        }
        if (state instanceof LoggingIn) {
            return "logging in";
        }
        return state instanceof Refused refused ? "refused: " + refused.reason().getMessage() : "logged out";
    }
}
