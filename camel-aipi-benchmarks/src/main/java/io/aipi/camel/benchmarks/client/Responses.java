/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import io.aipi.camel.benchmarks.plan.Job;
import io.aipi.camel.benchmarks.plan.Reporting;
import io.aipi.camel.benchmarks.plan.Work;
import java.util.List;

/** Whether a response is the one to the job, and how large it is. */
final class Responses {

    private static final String ECHO = "You said: ";

    private final Work work;

    Responses(Work work) {
        this.work = work;
    }

    /** The decoded size in bytes, or -1 if this is not the response to the job. */
    long size(Job job, Object response) {
        return work.reporting() == Reporting.PERCENT ? sizeOfImages(response) : sizeOfText(job, response);
    }

    private long sizeOfText(Job job, Object response) {
        return response instanceof String text && text.startsWith(job.tag() + " ", ECHO.length()) ? text.length() : -1;
    }

    private long sizeOfImages(Object response) {
        List<?> images = response instanceof List<?> several ? several : List.of(response);
        long size = 0;
        for (Object image : images) {
            size += image instanceof byte[] bytes ? bytes.length : 0;
        }
        return images.size() == work.images() && size > 0 ? size : -1;
    }
}
