/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.store;

import io.aipi.camel.store.AsyncJobRepository;
import io.aipi.camel.store.JobRepository;
import java.lang.reflect.Proxy;
import java.util.stream.Stream;
import org.apache.camel.CamelContextAware;
import org.apache.camel.StatefulService;

/** A repository whose claims are timed. */
final class TimedClaims {

    private TimedClaims() {}

    static JobRepository of(JobRepository repository, StoreMeter meter) {
        Class<?>[] types = Stream.of(
                        JobRepository.class, AsyncJobRepository.class, StatefulService.class, CamelContextAware.class)
                .filter(type -> type.isInstance(repository))
                .toArray(Class<?>[]::new);
        return (JobRepository) Proxy.newProxyInstance(
                TimedClaims.class.getClassLoader(), types, (proxy, method, arguments) -> switch (method.getName()) {
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "claim" -> {
                        long begin = System.nanoTime();
                        Object claims = Forwarding.forward(repository, method, arguments);
                        meter.claimed(System.nanoTime() - begin);
                        yield claims;
                    }
                    default -> Forwarding.forward(repository, method, arguments);
                });
    }
}
