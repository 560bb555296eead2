/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.session;

import io.aipi.client.error.AipiException;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.NotAllowedException;
import io.aipi.client.internal.wire.SecretRedactor;
import io.aipi.client.spi.CompletionExceptions;
import io.aipi.client.spi.Scheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The session with one model endpoint of a server under one set of credentials: a small state machine around a key.
 *
 * <p>Invariants: at most one login is under way, whoever asks; a key that a call reported expired is never handed out
 * again; all who wait for a login get its key or its failure. After a failed login, whatever it failed of, no login begins for a
 * while, which doubles with each failure in a row: many exchanges and jobs must not hammer a server that has just
 * failed. Whoever asks meanwhile gets the last failure at once. Nobody blocks.
 */
public final class Session {

    /** How long no login begins after the first failed one. It doubles with each further failure. */
    static final Duration FIRST_BACKOFF = Duration.ofMillis(500);

    /** The longest time without a login after a failed one. */
    public static final Duration LONGEST_BACKOFF = Duration.ofSeconds(30);

    private static AuthenticationException notTaken() {
        return new AuthenticationException(
                "The server does not take the session key that it has just given; check apiKey and loginMode",
                true,
                ErrorContext.of(null));
    }

    private sealed interface State {}

    private record LoggedOut() implements State {}

    private record LoggingIn(CompletableFuture<SessionKey> key) implements State {}

    private record LoggedIn(SessionKey key) implements State {}

    private record BackingOff(Throwable reason, long until) implements State {}

    private final Scheduler scheduler;
    private final SecretRedactor secrets;
    private State state = new LoggedOut();
    private long logins;
    /** Failed logins since the server last took a key for a call. */
    private int failures;
    /** Keys since then that it did not take for any call. */
    private int keysNotTaken;
    /** Why the last login that has ended failed; null if it did not. */
    private Throwable lastFailure;

    /** {@code secrets} learns the session keys. */
    public Session(Scheduler scheduler, SecretRedactor secrets) {
        this.scheduler = scheduler;
        this.secrets = secrets;
    }

    /** Keeps the keys of this session out of texts. */
    public SecretRedactor secrets() {
        return secrets;
    }

    /**
     * A key that is good as far as is known: the present one, or the one that the login under way or begun now brings.
     * {@code login} is called at most once, outside of any lock.
     */
    public CompletableFuture<SessionKey> key(Supplier<CompletableFuture<String>> login) {
        CompletableFuture<SessionKey> started;
        synchronized (this) {
            if (state instanceof LoggedIn loggedIn) {
                return CompletableFuture.completedFuture(loggedIn.key());
            }
            if (state instanceof LoggingIn loggingIn) {
                return loggingIn
                        .key()
                        .exceptionallyCompose(
                                failure -> CompletionExceptions.unwrap(failure) instanceof ClientClosedException
                                        // the client that logged in was closed, and not the one that waits here
                                        ? key(login)
                                        : CompletableFuture.failedFuture(CompletionExceptions.unwrap(failure)));
            }
            if (state instanceof BackingOff backingOff && scheduler.nanoTime() - backingOff.until() < 0) {
                return CompletableFuture.failedFuture(backingOff.reason());
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
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The clock that it goes by. */
    public long nanoTime() {
        return scheduler.nanoTime();
    }

    /** For how long no login begins; 0 if one may. */
    public synchronized Duration rest() {
        long rest = state instanceof BackingOff backingOff ? backingOff.until() - scheduler.nanoTime() : 0;
        return Duration.ofNanos(Math.max(0, rest));
    }

    /**
     * The server has taken a call with this key. Of a key that is not in use any more it says nothing about logins: the call
     * may have been taken before they began to fail.
     */
    public void accepted(SessionKey key) {
        if (!key.isAccepted()) {
            key.markAccepted();
            synchronized (this) {
                if (state instanceof LoggedIn loggedIn && loggedIn.key() == key) {
                    failures = 0;
                    keysNotTaken = 0;
                }
            }
        }
    }

    /**
     * The server does not know this key (any more). Later news of a key that is not in use any more changes nothing. If no
     * call was taken with the key, nor with the one before, the login counts as failed: a server that knows none of its own
     * keys must not be asked for one key after the other.
     */
    public synchronized void expired(SessionKey key) {
        key.markLost();
        if (state instanceof LoggedIn loggedIn && loggedIn.key() == key) {
            boolean never = !key.isAccepted() && ++keysNotTaken > 1;
            state = never ? failed(notTaken()) : new LoggedOut();
        }
    }

    private BackingOff failed(Throwable reason) {
        lastFailure = reason;
        return new BackingOff(reason, scheduler.nanoTime() + backoff(failures++).toNanos());
    }

    private void ended(CompletableFuture<SessionKey> started, String value, Throwable failure) {
        Throwable reason = CompletionExceptions.unwrap(failure);
        SessionKey key = reason == null ? new SessionKey(this, value) : null;
        synchronized (this) {
            if (key != null) {
                secrets.remember(value);
                lastFailure = null;
                state = new LoggedIn(key);
            } else if (reason instanceof ClientClosedException) {
                // says nothing about the server: whoever needs the session next may log in
                state = new LoggedOut();
            } else {
                state = failed(reason);
            }
        }
        if (key != null) {
            started.complete(key);
        } else {
            started.completeExceptionally(reason);
        }
    }

    /** How long no login begins after this many failures in a row and one more. */
    public static Duration backoff(int failures) {
        Duration grown = FIRST_BACKOFF.multipliedBy(1L << Math.min(failures, 10));
        return grown.compareTo(LONGEST_BACKOFF) < 0 ? grown : LONGEST_BACKOFF;
    }

    /** Logins begun so far. */
    public synchronized long logins() {
        return logins;
    }

    /** Whether the server refused the credentials at the last login that has ended. */
    public synchronized boolean isRefused() {
        return lastFailure instanceof AuthenticationException || lastFailure instanceof NotAllowedException;
    }

    /**
     * For people: {@code logged in}, {@code logged out}, {@code logging in}, {@code refused: REASON} or {@code login
     * failed: REASON}. Never a key.
     */
    public synchronized String describe() {
        if (state instanceof LoggedIn) {
            return "logged in";
        }
        if (state instanceof LoggingIn) {
            return "logging in";
        }
        if (!(state instanceof BackingOff failed)) {
            return "logged out";
        }
        String why = failed.reason() instanceof AipiException
                ? failed.reason().getMessage()
                : failed.reason().toString();
        return (isRefused() ? "refused: " : "login failed: ") + why;
    }
}
