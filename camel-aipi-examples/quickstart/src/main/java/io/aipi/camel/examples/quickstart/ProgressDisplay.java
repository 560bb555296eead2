/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.quickstart;

import io.aipi.camel.AipiConstants;
import io.aipi.camel.examples.support.Tokens;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Shows how far the jobs are. The route {@code progress} hands it the progress of each job. */
abstract class ProgressDisplay implements Processor, AutoCloseable {

    private final String imageEndpoint;

    /** A display for the jobs of a chat endpoint and of this image endpoint. */
    ProgressDisplay(String imageEndpoint) {
        this.imageEndpoint = imageEndpoint;
    }

    @Override
    public final void process(Exchange exchange) {
        JobProgress progress = exchange.getProperty(AipiConstants.PROGRESS_EVENT_PROPERTY, JobProgress.class);
        String file = exchange.getMessage().getHeader(Exchange.FILE_NAME, String.class);
        JobResult result = exchange.getProperty(AipiConstants.RESULT_PROPERTY, JobResult.class);
        show(file.replaceFirst("\\.[^.]*$", ""), progress, result);
    }

    /**
     * Shows the progress of a job. Called by several threads, for one job in order.
     *
     * @param name the prompt's name
     * @param progress where the job is
     * @param result its result; null while it has none
     */
    abstract void show(String name, JobProgress progress, JobResult result);

    /** The end of the display; what is still shown stays. */
    @Override
    public abstract void close();

    /** Where the job is, in words, and at its end what it cost. */
    final String describe(JobProgress progress, JobResult result) {
        return switch (progress.state()) {
            case QUEUED ->
                "queued" + (progress.queuePosition() == null ? "" : ", position " + progress.queuePosition());
            case PROCESSING -> "processing" + (progress.progress() == null ? "" : ", " + amount(progress));
            default ->
                progress.state().word()
                        + Optional.ofNullable(result)
                                .flatMap(Tokens::of)
                                .map(tokens -> ", " + tokens)
                                .orElse("");
        };
    }

    private String amount(JobProgress progress) {
        return Math.round(progress.progress()) + (isInPercent(progress) ? " %" : " tokens");
    }

    /** Image endpoints count percent, chat endpoints count tokens and do not say of how many. */
    final boolean isInPercent(JobProgress progress) {
        return progress.endpoint().equals(imageEndpoint);
    }
}
