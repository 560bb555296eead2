/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.contract;

import io.aipi.camel.store.AggregationJobRepository;
import io.aipi.camel.store.JobRepository;
import java.util.EnumSet;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.AggregationRepository;

/** A repository of Camel's: without a lease, so one instance after the other. */
abstract class AggregationJobRepositoryContract extends JobRepositoryContract {

    private CamelContext context;

    /** On the test's data. */
    abstract AggregationRepository repository() throws Exception;

    @Override
    protected JobRepository open() throws Exception {
        if (context == null) {
            context = new DefaultCamelContext();
        }
        AggregationJobRepository instance = new AggregationJobRepository(context, repository());
        instance.start();
        return instance;
    }

    @Override
    protected Set<Trait> traits() {
        return EnumSet.of(Trait.LARGE, Trait.LONG_NAMES, Trait.NUL_IN_IDS, Trait.UNCLAIMED);
    }

    @Override
    protected void end() throws Exception {
        if (context != null) {
            context.close();
        }
    }
}
