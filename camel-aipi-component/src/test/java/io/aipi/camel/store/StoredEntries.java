/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.store;

import java.util.List;
import java.util.Objects;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.AggregationRepository;

/** What a test finds in a repository, beside the component. */
public final class StoredEntries {

    private StoredEntries() {}

    /** All jobs that can be read. */
    public static List<StoredJob> jobs(CamelContext context, AggregationRepository repository) {
        JobEntries entries = new JobEntries(context, repository);
        return entries.keys().stream()
                .map(entries::load)
                .filter(Objects::nonNull)
                .toList();
    }

    /** Stores a job, as another process would. */
    public static void add(CamelContext context, AggregationRepository repository, StoredJob job) {
        new JobEntries(context, repository).add(job);
    }
}
