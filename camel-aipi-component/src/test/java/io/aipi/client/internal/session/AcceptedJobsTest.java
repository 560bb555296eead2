/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.testsupport.LogCapture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ids that a server gives again after a restart. */
@Tag("case-D1")
class AcceptedJobsTest {

    private final AcceptedJobs jobs = new AcceptedJobs();
    private final AtomicInteger ends = new AtomicInteger();

    @Test
    void anIdThatIsGivenAgainEndsTheEarlierJob() {
        AcceptedJob earlier = jobs.accepted("JID1", null);
        jobs.follow(earlier, ends::incrementAndGet);

        AcceptedJob later = jobs.accepted("JID1", null);

        assertThat(ends).hasValue(1);
        assertThat(earlier.isGone()).isTrue();
        assertThat(later.isGone()).isFalse();
    }

    @Test
    void aStoredJobIsGoneIfItsIdIsGivenAgainBeforeItsFollowingBegins() {
        AcceptedJob stored = jobs.recovered("JID1", "chat");

        jobs.accepted("JID1", null);
        jobs.follow(stored, ends::incrementAndGet);

        assertThat(stored.isGone()).isTrue();
        assertThat(ends).hasValue(1);
    }

    @Test
    void aStoredJobIsGoneIfItsIdIsThatOfAJobThatIsFollowed() {
        jobs.follow(jobs.accepted("JID1", null), ends::incrementAndGet);

        assertThat(jobs.recovered("JID1", "chat").isGone()).isTrue();
        assertThat(ends).hasValue(0);
    }

    @Test
    void anIdThatIsUniqueIsNeverGivenAgain() {
        String id = "37fc5688-cc4a-4f7c-b26c-2d8f45f18978#1";
        AcceptedJob stored = jobs.recovered(id, "chat");

        assertThat(stored.isUnique()).isTrue();
        assertThat(stored.isGone()).isFalse();
    }

    @Test
    void whatCannotBeKnownIsWarnedOfOnceForEachEndpoint() {
        try (LogCapture warnings = LogCapture.of(AcceptedJobs.class)) {
            jobs.recovered("JID1", "chat");
            jobs.recovered("JID2", "chat");
            jobs.recovered("JID3", "image");

            assertThat(warnings.messages(Level.WARN))
                    .satisfiesExactly(
                            warning -> assertThat(warning)
                                    .startsWith("Jobs of chat that an earlier process")
                                    .contains("the result of another job may be taken"),
                            warning -> assertThat(warning).startsWith("Jobs of image"));
        }
    }
}
