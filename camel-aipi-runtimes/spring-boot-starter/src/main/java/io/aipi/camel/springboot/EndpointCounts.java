/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import io.aipi.camel.AipiEndpoint;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.apache.camel.Endpoint;

/**
 * Sums over endpoints. They are not kept alive: Camel forgets endpoints of dynamic URIs, and what they had counted when
 * they were last asked stays in the sums, which never fall.
 */
final class EndpointCounts {

    /** An endpoint and what it had counted when it was last asked. */
    private static final class Counted {

        private final WeakReference<AipiEndpoint> endpoint;
        private long submitted;
        private long completed;
        private long failed;

        Counted(WeakReference<AipiEndpoint> endpoint) {
            this.endpoint = endpoint;
        }

        /** Whether the endpoint is still there. */
        boolean look() {
            AipiEndpoint present = endpoint.get();
            if (present == null) {
                return false;
            }
            submitted = present.getJobsSubmitted();
            completed = present.getJobsCompleted();
            failed = present.getJobsFailed();
            return true;
        }
    }

    private final List<Counted> endpoints = new ArrayList<>();
    private long submittedByGone;
    private long completedByGone;
    private long failedByGone;

    /** Lets go of those that are gone: with dynamic endpoints they would pile up where nobody reads the meters. */
    synchronized void add(WeakReference<AipiEndpoint> endpoint) {
        look();
        endpoints.add(new Counted(endpoint));
    }

    synchronized long submitted() {
        return sum(counted -> counted.submitted) + submittedByGone;
    }

    synchronized long completed() {
        return sum(counted -> counted.completed) + completedByGone;
    }

    synchronized long failed() {
        return sum(counted -> counted.failed) + failedByGone;
    }

    synchronized long inFlight() {
        return present().stream().mapToLong(AipiEndpoint::getJobsInFlight).sum();
    }

    synchronized long waiting() {
        return present().stream().mapToLong(AipiEndpoint::getJobsWaiting).sum();
    }

    /** Of the session that has logged in most often: endpoints with the same credentials share theirs. */
    synchronized long logins() {
        return present().stream().mapToLong(AipiEndpoint::getLogins).max().orElse(0);
    }

    /** Whether Camel keeps none of the endpoints, and none has jobs in flight. */
    synchronized boolean areGone(Set<Endpoint> kept) {
        return present().stream().noneMatch(endpoint -> kept.contains(endpoint) || endpoint.getJobsInFlight() > 0);
    }

    private void look() {
        for (Iterator<Counted> each = endpoints.iterator(); each.hasNext(); ) {
            Counted counted = each.next();
            if (!counted.look()) {
                submittedByGone += counted.submitted;
                completedByGone += counted.completed;
                failedByGone += counted.failed;
                each.remove();
            }
        }
    }

    private long sum(ToLongFunction<Counted> count) {
        look();
        return endpoints.stream().mapToLong(count).sum();
    }

    private List<AipiEndpoint> present() {
        return endpoints.stream()
                .map(counted -> counted.endpoint.get())
                .filter(Objects::nonNull)
                .toList();
    }
}
