/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.store;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the store works, as its users find. A database that is away is away for thousands of jobs: it is worth one warning,
 * and one line when it works again.
 */
public final class StoreHealth {

    private static final Logger LOG = LoggerFactory.getLogger(StoreHealth.class);

    private final String endpointName;
    private final AtomicBoolean failing = new AtomicBoolean();

    /** {@code endpointName} names the model endpoint in the log. */
    public StoreHealth(String endpointName) {
        this.endpointName = endpointName;
    }

    /** An access has failed; {@code what} says what follows, without a full stop. */
    public void failed(String what, Throwable e) {
        if (failing.compareAndSet(false, true)) {
            LOG.warn("{}. Until the jobRepository works again, further failures are logged at DEBUG", what, e);
        } else {
            LOG.debug("{}: {}", what, e.toString());
        }
    }

    /** An access has succeeded. */
    public void succeeded() {
        if (failing.compareAndSet(true, false)) {
            LOG.info("The jobRepository of {} works again", endpointName);
        }
    }
}
