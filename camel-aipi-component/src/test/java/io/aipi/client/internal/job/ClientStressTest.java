/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.error.AipiException;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.internal.session.Session;
import io.aipi.client.internal.session.SessionKey;
import io.aipi.client.internal.wire.SecretRedactor;
import io.aipi.client.model.JobResult;
import io.aipi.client.options.JobOptions;
import io.aipi.client.spi.VirtualScheduler;
import io.aipi.testsupport.RaceRunner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What the threads of the scheduler, of the transport and of a stop do to one job at the same moment. */
class ClientStressTest {

    private static final ErrorContext CONTEXT = ErrorContext.of("chat", "JID1");
    private static final JobResult RESULT =
            new JobResult("chat", "JID1", "hello", List.of(), null, null, null, null, Map.of("text", "hello"));
    private static final JobOptions OPTIONS = JobOptions.defaults()
            .withTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(10))
            .withPollIntervals(Duration.ofMillis(100), Duration.ofMillis(100));

    private static FollowedJob followed() {
        return new FollowedJob(OPTIONS);
    }

    private static AipiException closed() {
        return new ClientClosedException("closed", CONTEXT);
    }

    @Test
    void aResultAndARelease_theResultWins() throws Exception {
        try (RaceRunner race = new RaceRunner("result and release")) {
            race.run(
                    ClientStressTest::followed,
                    job -> job.firstPoll.complete(FollowedJob.status(RESULT)),
                    job -> job.follower.release(closed()),
                    job -> {
                        job.check();
                        assertThat(job.result).isCompletedWithValue(RESULT);
                    });
        }
    }

    @Test
    void newsAndARelease_theFollowingEnds_withoutAnotherPollOrTask() throws Exception {
        try (RaceRunner race = new RaceRunner("news and release")) {
            race.run(
                    ClientStressTest::followed,
                    job -> job.firstPoll.complete(FollowedJob.status(null)),
                    job -> job.follower.release(closed()),
                    job -> {
                        job.check();
                        assertThat(job.result).isCompletedExceptionally();
                    });
        }
    }

    @Test
    void newsAndAnAbort_theFollowingEnds_withoutATask() throws Exception {
        try (RaceRunner race = new RaceRunner("news and abort")) {
            race.run(
                    ClientStressTest::followed,
                    job -> job.firstPoll.complete(FollowedJob.status(null)),
                    job -> job.follower.abort(closed()),
                    FollowedJob::check);
        }
    }

    @Test
    void aResultAndTheAlarm_oneOfThem() throws Exception {
        try (RaceRunner race = new RaceRunner("result and alarm")) {
            race.run(
                    ClientStressTest::followed,
                    job -> job.firstPoll.complete(FollowedJob.status(RESULT)),
                    job -> job.scheduler.advance(Duration.ofSeconds(30)),
                    job -> {
                        job.check();
                        Throwable failure =
                                job.result.handle((done, problem) -> problem).join();
                        assertThat(failure == null || failure instanceof JobTimeoutException)
                                .as("%s", failure)
                                .isTrue();
                    });
        }
    }

    @Test
    void theTimeOfALookAndARelease_noPollAfterIt() throws Exception {
        try (RaceRunner race = new RaceRunner("time and release")) {
            race.run(
                    () -> {
                        FollowedJob job = followed();
                        job.firstPoll.complete(FollowedJob.status(null));
                        return job;
                    },
                    job -> job.scheduler.advanceToNext(),
                    job -> job.follower.release(closed()),
                    FollowedJob::check);
        }
    }

    private static final class Keys {

        private final AtomicInteger logins = new AtomicInteger();
        private final Session session = new Session(new VirtualScheduler(), new SecretRedactor(null));

        private final SessionKey first = key().join();

        Keys() {
            session.accepted(first);
        }

        CompletableFuture<SessionKey> key() {
            return session.key(() -> CompletableFuture.completedFuture("key " + logins.incrementAndGet()));
        }

        CompletableFuture<SessionKey> refused() {
            session.expired(first);
            return key();
        }
    }

    @Test
    void twoMeetAnExpiredKey_oneLogsIn() throws Exception {
        try (RaceRunner race = new RaceRunner("two expired keys")) {
            race.run(Keys::new, keys -> keys.refused(), keys -> keys.refused(), keys -> {
                if (keys.logins.get() != 2) {
                    throw new AssertionError(keys.logins + " logins");
                }
            });
        }
    }
}
