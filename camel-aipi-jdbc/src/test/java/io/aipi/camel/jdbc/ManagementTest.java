/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.store.StoredJob;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Set;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class ManagementTest {

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

    @Test
    void parkedJobsAreRetriedByJmx() throws Exception {
        try (TestDatabase database = new TestDatabase("jdbc:h2:mem:management", "sa");
                DefaultCamelContext context = new DefaultCamelContext()) {
            JdbcJobRepository jobs = database.repository("jmx");
            jobs.setCamelContext(context);
            context.start();
            jobs.start();
            Set<ObjectName> names =
                    server.queryNames(new ObjectName("org.apache.camel:type=services,name=JdbcJobRepository*,*"), null);
            assertThat(names).hasSize(1);
            ObjectName name = names.iterator().next();
            assertThat(server.getAttribute(name, "InstanceId")).isEqualTo(jobs.getInstanceId());
            StoredJob job = jobs.accept(Samples.job("a"), true);
            jobs.park(job.withOutcome(Samples.failure("refused")));
            assertThat(server.invoke(name, "counts", null, null)).isEqualTo(Map.of("PARKED", 1L));
            Object[] key = {job.job().key()};
            String[] signature = {String.class.getName()};
            assertThat(server.invoke(name, "retry", key, signature)).isEqualTo(true);
            assertThat(server.invoke(name, "drop", key, signature)).isEqualTo(false);
            jobs.stop();
            assertThat(server.queryNames(name, null)).isEmpty();
        }
    }
}
