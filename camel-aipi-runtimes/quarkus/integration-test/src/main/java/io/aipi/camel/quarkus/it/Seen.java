/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.quarkus.it;

import io.aipi.camel.AipiConstants;
import io.aipi.client.model.JobProgress;
import io.quarkus.arc.Unremovable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;

/** What routes were told of jobs. */
@Unremovable
@ApplicationScoped
@Named("seen")
public class Seen {

    /** What a consumer got of a job. */
    public record Outcome(String jobId, String state, Object body) {}

    private final List<JobProgress> progress = new CopyOnWriteArrayList<>();
    private final List<Outcome> outcomes = new CopyOnWriteArrayList<>();

    /** Takes a progress exchange. */
    public void progress(@ExchangeProperty(AipiConstants.PROGRESS_EVENT_PROPERTY) JobProgress event) {
        progress.add(event);
    }

    /** Takes an exchange of a detached job. */
    public void outcome(
            @Header(AipiConstants.JOB_ID) String jobId,
            @Header(AipiConstants.JOB_STATE) String state,
            @Body Object body) {
        outcomes.add(new Outcome(jobId, state, body));
    }

    /** All progress so far. */
    public List<JobProgress> progress() {
        return progress;
    }

    /** All that was consumed so far. */
    public List<Outcome> outcomes() {
        return outcomes;
    }
}
