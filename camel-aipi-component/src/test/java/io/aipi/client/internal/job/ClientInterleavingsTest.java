/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import io.aipi.Interleavings;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.internal.session.Session;
import io.aipi.client.internal.session.SessionKey;
import io.aipi.client.internal.wire.SecretRedactor;
import io.aipi.client.model.JobResult;
import io.aipi.client.options.JobOptions;
import io.aipi.client.spi.VirtualScheduler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Validate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledForJreRange;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.JRE;

/** What the threads of the scheduler, of the transport and of a stop do to a job and to a session, in every order. */
@EnabledIfSystemProperty(named = "aipi.interleavings", matches = "on")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
@DisabledForJreRange(min = JRE.JAVA_22, disabledReason = "Lincheck does not know its classes")
class ClientInterleavingsTest {

    @Test
    void aJobEndsOnce_andNothingIsLeftOfIt() {
        Interleavings.check(Following.class);
    }

    @Test
    void aSessionHasOneLoginUnderWay_andNobodyWaitsWithoutOne() {
        Interleavings.check(LoggingIn.class);
    }

    /** A job with a poll under way. Made by the first operation: Lincheck cannot poll into records that are there before. */
    public static final class Following {

        private FollowedJob job;

        private synchronized FollowedJob job() {
            if (job == null) {
                job = new FollowedJob(JobOptions.defaults()
                        .withTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(20))
                        .withPollIntervals(Duration.ofSeconds(8), Duration.ofSeconds(8)));
            }
            return job;
        }

        @Operation(runOnce = true)
        public void news() {
            job().firstPoll.complete(FollowedJob.status(null));
        }

        @Operation(runOnce = true)
        public void result() {
            job().firstPoll
                    .complete(FollowedJob.status(new JobResult(
                            "chat", "JID1", "hello", List.of(), null, null, null, null, Map.of("text", "hello"))));
        }

        @Operation(runOnce = true)
        public void release() {
            job().follower.release(new ClientClosedException("released", ErrorContext.of("chat")));
        }

        @Operation(runOnce = true)
        public void abort() {
            job().follower.abort(new ClientClosedException("aborted", ErrorContext.of("chat")));
        }

        @Operation(runOnce = true)
        public void alarm() {
            job().scheduler.advance(Duration.ofSeconds(30));
        }

        @Validate
        public void nothingIsLeftOfAJobThatHasEnded() {
            job().checkSoFar();
        }
    }

    /** A session and the server that it logs in to. */
    public static final class LoggingIn {

        private final Queue<CompletableFuture<String>> underWay = new ConcurrentLinkedQueue<>();
        private final Queue<CompletableFuture<SessionKey>> asked = new ConcurrentLinkedQueue<>();
        private final AtomicInteger logins = new AtomicInteger();
        private final AtomicInteger keys = new AtomicInteger();
        private final Session session = new Session(new VirtualScheduler(), new SecretRedactor(null));

        @Operation
        public void key() {
            asked.add(session.key(() -> {
                CompletableFuture<String> login = new CompletableFuture<>();
                logins.incrementAndGet();
                underWay.add(login);
                return login;
            }));
        }

        @Operation
        public void letIn() {
            CompletableFuture<String> login = underWay.poll();
            if (login != null) {
                login.complete("key " + keys.incrementAndGet());
            }
        }

        @Operation(runOnce = true)
        public void refuse() {
            CompletableFuture<String> login = underWay.poll();
            if (login != null) {
                login.completeExceptionally(new AuthenticationException("no", ErrorContext.of("chat")));
            }
        }

        @Operation
        public void firstKeyExpired() {
            asked.stream()
                    .filter(key -> key.isDone() && !key.isCompletedExceptionally())
                    .map(CompletableFuture::join)
                    .filter(key -> key.value().equals("key 1"))
                    .findFirst()
                    .ifPresent(key -> {
                        session.accepted(key);
                        session.expired(key);
                    });
        }

        @Validate
        public void whoAskedWaitsOnlyForALoginUnderWay() {
            long waiting = asked.stream().filter(key -> !key.isDone()).count();
            if (underWay.size() > 1 || session.logins() != logins.get() || (waiting > 0 && underWay.isEmpty())) {
                throw new AssertionError(underWay.size() + " under way, " + waiting + " wait, " + session.logins()
                        + " logins counted of " + logins);
            }
        }
    }
}
