/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.store;

import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.spi.AggregationRepository;
import org.apache.camel.spi.RecoverableAggregationRepository;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What earlier processes, and others, have left in a repository. */
final class StoreCleanup {

    private static final Logger LOG = LoggerFactory.getLogger(StoreCleanup.class);

    /** How many unreadable entries, and how many servers whose jobs nobody follows, are worth a warning each. */
    private static final int WARNINGS = 10;

    private final CamelContext context;
    private final AggregationRepository repository;
    private final RepositoryJobStore store;
    private final Set<String> unreadable = ConcurrentHashMap.newKeySet();
    /** Servers whose jobs nobody here follows. */
    private final Set<String> warnedOf = ConcurrentHashMap.newKeySet();

    StoreCleanup(CamelContext context, AggregationRepository repository, RepositoryJobStore store) {
        this.context = context;
        this.repository = repository;
        this.store = store;
    }

    /** See {@link JobStore#finishRemovals}. Each by itself: what cannot be read is passed over. */
    void finishRemovals() {
        if (repository instanceof RecoverableAggregationRepository recoverable) {
            for (String exchangeId : new ArrayList<>(recoverable.scan(context))) {
                try {
                    finishRemoval(recoverable, exchangeId);
                } catch (Throwable e) {
                    passOver(exchangeId, e);
                }
            }
        }
        for (String key : new ArrayList<>(repository.getKeys())) {
            try {
                if (StoreProbe.isLeft(key)) {
                    store.removeEntry(key);
                }
            } catch (Throwable e) {
                passOver(key, e);
            }
        }
    }

    private void finishRemoval(RecoverableAggregationRepository recoverable, String exchangeId) {
        Exchange entry = recoverable.recover(context, exchangeId);
        String key = entry == null ? null : RepositoryJobStore.deliveredKey(entry);
        if (key != null && repository.get(context, key) == null) {
            LOG.debug("The removal of a delivered job is finished: {}", exchangeId);
            recoverable.confirm(context, exchangeId);
        }
    }

    /** See {@link JobStore#warnOfUnfollowed}. */
    void warnOfUnfollowed(Set<String> keys, Predicate<String> isConsumed) {
        Map<String, Long> counts = keys.stream()
                .map(DetachedJob::serverOf)
                .filter(server -> !isConsumed.test(server))
                .collect(Collectors.groupingBy(server -> server, Collectors.counting()));
        counts.forEach((server, count) -> {
            if (warnedOf.size() < WARNINGS && warnedOf.add(server)) {
                LOG.warn(
                        "The jobRepository holds {} jobs of the server {}, which no consumer here follows. If it is one of"
                                + " yours under another name, set the serverUrl that its jobs were submitted with",
                        count,
                        server.replaceAll("\\p{Cntrl}", "?"));
            }
        });
    }

    /** Says once what cannot be read, whatever reading it throws; it stays where it is. */
    void passOver(String name, Throwable e) {
        if (unreadable.add(name) && unreadable.size() <= WARNINGS) {
            LOG.warn("The entry {} of the jobRepository cannot be read. It is passed over", name, e);
        } else {
            LOG.debug("The entry {} of the jobRepository cannot be read: {}", name, e.toString());
        }
    }
}
