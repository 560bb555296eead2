/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.aipi.camel.store.JobRepository;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** The contract notices what it is there to notice. */
class BrokenRepositoryTest {

    private static Fault fault;

    @ParameterizedTest
    @EnumSource
    void aStoreWithAFaultFailsTheTestsThatAreAboutIt(Fault each) {
        fault = each;

        assertThat(failedTests(each.noticedBy())).containsExactlyInAnyOrderElementsOf(each.noticedBy());
    }

    /** Of these tests; of all, for none. */
    private static Set<String> failedTests(List<String> names) {
        List<DiscoverySelector> tests = names.isEmpty()
                ? List.of(selectClass(Faulty.class))
                : names.stream()
                        .<DiscoverySelector>map(name -> selectMethod(Faulty.class, name))
                        .toList();
        Set<String> failed = new TreeSet<>();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(tests)
                                .build(),
                        new TestExecutionListener() {
                            @Override
                            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                                if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                                    failed.add(nameOf(test));
                                }
                            }
                        });
        return failed;
    }

    private static String nameOf(TestIdentifier test) {
        return test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(source -> ((MethodSource) source).getMethodName())
                .orElse(test.getDisplayName());
    }

    /** Found by the test above only: Surefire passes nested classes over. */
    static class Faulty extends JobRepositoryContract {

        private final MovableClock clock = new MovableClock();
        private final MemoryJobRepository.Group group = new MemoryJobRepository.Group(Duration.ofMinutes(1), clock);

        @Override
        protected JobRepository open() {
            MemoryJobRepository instance = new MemoryJobRepository(group);
            instance.start();
            return fault.in(instance);
        }

        @Override
        protected void close(JobRepository instance) throws Exception {
            super.close(instance instanceof Forwarding forwarding ? forwarding.to : instance);
        }

        @Override
        protected void passTime(Duration time) {
            clock.move(time);
        }

        @Override
        protected int load() {
            return 100;
        }

        /** Some faults keep it waiting. */
        @Override
        protected Duration patience() {
            return Duration.ofSeconds(2);
        }
    }
}
